/**
 * Tag-lists, `name=value; name=value` (RFC 6376 §3.2): the syntax of DKIM-Signature fields and of key
 * records. Text is one character per octet (ISO-8859-1), so that offsets are octet offsets and the
 * UTF-8 that RFC 8616 §4 allows passes through. Reading is linear and never throws.
 */
import { trimFws } from './white-space.ts';

export interface Tag {
  readonly name: string;
  /** Without the white space around it; folding inside it is kept. */
  readonly value: string;
  /** Octet offsets of the value together with the white space around it (RFC 6376 §3.7 deletes it so). */
  readonly start: number;
  readonly end: number;
}

export type TagListError = 'empty-tag' | 'bad-name' | 'bad-value' | 'duplicate';

export type TagList =
  | { readonly kind: 'tags'; readonly tags: ReadonlyMap<string, Tag> }
  | { readonly kind: 'error'; readonly problem: TagListError; readonly at: number };

const TAG_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
// tval: VALCHAR is printable ASCII without the semicolon; octets of UTF-8 by RFC 8616 §4
const TAG_VALUE = /^[\t\r\n\x20-\x3a\x3c-\x7e\x80-\xff]*$/;

/** Reads a tag-list; its order is that of the map. A semicolon at the end is allowed. */
export function parseTagList(text: string): TagList {
  const tags = new Map<string, Tag>();
  for (let at = 0; at <= text.length;) {
    const semicolon = text.indexOf(';', at);
    const end = semicolon < 0 ? text.length : semicolon;
    const last = semicolon < 0;
    if (!(last && tags.size > 0 && trimFws(text.slice(at, end)) === '')) {
      const tag = readTag(text, at, end);
      if (typeof tag === 'string') return { kind: 'error', problem: tag, at };
      // «if a tag name does occur more than once, the entire tag-list is invalid»
      if (tags.has(tag.name)) return { kind: 'error', problem: 'duplicate', at };
      tags.set(tag.name, tag);
    }
    at = end + 1;
  }
  return { kind: 'tags', tags };
}

function readTag(text: string, at: number, end: number): Tag | TagListError {
  const spec = text.slice(at, end);
  const equals = spec.indexOf('=');
  if (equals < 0) return trimFws(spec) === '' ? 'empty-tag' : 'bad-name';
  const name = trimFws(spec.slice(0, equals));
  if (!TAG_NAME.test(name)) return 'bad-name';
  const raw = spec.slice(equals + 1);
  if (!TAG_VALUE.test(raw)) return 'bad-value';
  return { name, value: trimFws(raw), start: at + equals + 1, end };
}

/** Writes a tag-list on one line. Values must be free of semicolons and control characters. */
export function formatTagList(tags: Iterable<readonly [name: string, value: string]>): string {
  return Array.from(tags, ([name, value]) => `${name}=${value}`).join('; ');
}
