/**
 * The fields of ARC in a header, each with the number of its set (RFC 8617 §3.9, §4.1, §4.2.1; §5.2 step 1). Reading is linear,
 * bounded and total.
 */
import { latin1 } from '#bytes';
import { parseTagList, type Tag } from '#protocol/dkim/tag-list';
import { fieldsNamed, fieldOctets, type Field, type Header } from '#protocol/message/header/fields';
import type { ArcFault, ArcFieldName } from './report.ts';

export const MAX_SETS = 50;
/** Octets of all fields of ARC together: fifty sets of honest sealers take 150 KB. Each seal signs all before it again. */
const MAX_OCTETS = 256 * 1024;

export const ARC_FIELDS = [
  'ARC-Authentication-Results',
  'ARC-Message-Signature',
  'ARC-Seal',
] as const satisfies readonly ArcFieldName[];

export interface CollectedField {
  readonly name: ArcFieldName;
  readonly field: Field;
  readonly instance: number;
  /** Of a signature or a seal. */
  readonly tags: ReadonlyMap<string, Tag>;
  /** Of ARC-Authentication-Results: what follows the instance. */
  readonly results: string;
}

export interface Collection {
  readonly counts: Readonly<Record<ArcFieldName, number>>;
  /** Those that could be read, in the order of the header. */
  readonly fields: readonly CollectedField[];
  readonly highest: number;
  /** The first thing that no chain may have. */
  readonly fault?: ArcFault;
}

type Read = Pick<CollectedField, 'instance' | 'tags' | 'results'>;
type Refused = { readonly reason: ArcFault['reason']; readonly tag?: string };

export function collectFields(head: Uint8Array, header: Header): Collection {
  const found = ARC_FIELDS.flatMap((name) =>
    fieldsNamed(header, name).map((field) => ({ name, field })),
  );
  const counts = Object.fromEntries(
    ARC_FIELDS.map((name) => [name, found.filter((each) => each.name === name).length]),
  ) as Collection['counts'];
  const octets = found.reduce((sum, { field }) => sum + field.end - field.start, 0);
  if (octets > MAX_OCTETS) {
    return { counts, fields: [], highest: 0, fault: { reason: 'fields-too-large' } };
  }
  const fields: CollectedField[] = [];
  let fault: ArcFault | undefined;
  for (const { name, field } of found) {
    const read =
      name === 'ARC-Authentication-Results' ? readResults(head, field) : readTags(head, field);
    if ('reason' in read) fault ??= { ...read, at: { field: name, instance: 0 } };
    else fields.push({ name, field, ...read });
  }
  const highest = Math.max(0, ...fields.map(({ instance }) => instance));
  if (highest > MAX_SETS) fault = { reason: 'too-many-sets' };
  return { counts, fields, highest, ...(fault && { fault }) };
}

function readTags(head: Uint8Array, field: Field): Read | Refused {
  const list = parseTagList(latin1(head.subarray(field.valueStart, field.end)));
  if (list.kind === 'error') return { reason: 'malformed-tag-list' };
  const instance = readPosition(list.tags.get('i')?.value ?? '');
  return instance === undefined
    ? { reason: 'malformed-instance', tag: 'i' }
    : { instance, tags: list.tags, results: '' };
}

const NO_TAGS: ReadonlyMap<string, Tag> = new Map();

/** arc-info = instance [CFWS] ";" authres-payload */
function readResults(head: Uint8Array, field: Field): Read | Refused {
  const text = fieldOctets(head, field);
  const name = skipCfws(text, 0);
  const equals = skipCfws(text, name + 1);
  const digits = skipCfws(text, equals + 1);
  const position = /^[0-9]*/.exec(text.slice(digits, digits + 3))![0];
  const semicolon = skipCfws(text, digits + position.length);
  const instance = readPosition(position);
  const isInstance = text[name] === 'i' && text[equals] === '=' && text[semicolon] === ';';
  return instance === undefined || !isInstance
    ? { reason: 'malformed-instance', tag: 'i' }
    : { instance, tags: NO_TAGS, results: text.slice(semicolon + 1).trim() };
}

/** position = 1*2DIGIT, from 1; above 50 is told as what it is. */
function readPosition(digits: string): number | undefined {
  return /^[0-9]{1,2}$/.test(digits) && Number(digits) > 0 ? Number(digits) : undefined;
}

/** The offset after white space and comments (RFC 5322 §3.2.2); a comment without an end is stepped into, and nothing follows it. */
function skipCfws(text: string, from: number): number {
  let depth = 0;
  let at = from;
  for (; at < text.length; at++) {
    const character = text[at];
    if (character === '(') depth++;
    else if (character === ')' && depth > 0) depth--;
    else if (character === '\\' && depth > 0) at++;
    else if (depth === 0 && character !== ' ' && character !== '\t') break;
  }
  return at;
}
