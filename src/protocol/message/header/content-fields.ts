/**
 * The fields of a header that say what its body is: Content-Type, Content-Transfer-Encoding, Content-Disposition and
 * those that only describe (RFC 2045, RFC 2183, RFC 3282, RFC 1864, RFC 2557). Of several of one name the first is read,
 * as readers of mail do. Reading is total: what names no type is text/plain in US-ASCII (RFC 2045 §5.2).
 * Called by parse-structure.ts.
 */
import type { ContentFields, Disposition, Octets } from '#protocol/message/structure';
import { type Field, fieldOctets, type Header } from './fields.ts';
import { parseParameters, skipCfws, tokenEnd } from './parameters.ts';

type ContentType = Pick<ContentFields, 'type' | 'subtype' | 'params'>;

const PLAIN: ContentType = { type: 'text', subtype: 'plain', params: [['charset', 'us-ascii']] };
/** RFC 2046 §5.1.5: what a part of a multipart/digest is without a Content-Type. */
const DIGEST_PART: ContentType = { type: 'message', subtype: 'rfc822', params: [] };

/** Of a longer field the beginning is read. */
const MAX_VALUE = 64 * 1024;
const MAX_LANGUAGES = 50;

/** `bytes` are those that `header` was split from; `inDigest`: the header of a part of a multipart/digest. */
export function contentFields(
  bytes: Uint8Array,
  header: Pick<Header, 'fields'>,
  inDigest = false,
): ContentFields {
  const found = contentFieldsOf(header.fields);
  const value = (name: string): Octets | undefined => {
    const field = found?.get(name);
    return field === undefined ? undefined : fieldOctets(bytes, field, MAX_VALUE) || undefined;
  };
  const contentType = value('type');
  const disposition = parseDisposition(value('disposition'));
  const id = value('id');
  const description = value('description');
  const md5 = value('md5');
  const language = parseLanguages(value('language'));
  const location = value('location');
  return {
    ...(contentType === undefined
      ? inDigest
        ? DIGEST_PART
        : PLAIN
      : parseContentType(contentType)),
    encoding: parseEncoding(value('transfer-encoding')),
    ...(disposition && { disposition }),
    ...(id !== undefined && { id }),
    ...(description !== undefined && { description }),
    ...(md5 !== undefined && { md5 }),
    ...(language && { language }),
    ...(location !== undefined && { location }),
  };
}

const CONTENT = 'content-';
/** `content-transfer-encoding` is the longest that is read. */
const MAX_NAME = 25;

/** By what follows `content-` in their names. */
function contentFieldsOf(fields: readonly Field[]): Map<string, Field> | undefined {
  let found: Map<string, Field> | undefined;
  for (const field of fields) {
    const { name } = field;
    if (name.length <= CONTENT.length || name.length > MAX_NAME) continue;
    if (name[0] !== 'C' && name[0] !== 'c') continue;
    const lower = name.toLowerCase();
    if (!lower.startsWith(CONTENT)) continue;
    found ??= new Map();
    const rest = lower.slice(CONTENT.length);
    if (!found.has(rest)) found.set(rest, field);
  }
  return found;
}

export function parseContentType(text: Octets): ContentType {
  const start = skipCfws(text, 0);
  const typeEnd = tokenEnd(text, start);
  const slash = skipCfws(text, typeEnd);
  const subtypeStart = text[slash] === '/' ? skipCfws(text, slash + 1) : slash;
  const subtypeEnd = text[slash] === '/' ? tokenEnd(text, subtypeStart) : slash;
  if (typeEnd === start || subtypeEnd === subtypeStart) {
    // No type; but a charset or a name may follow all the same. A word that stands for the type has no equals sign.
    const params = parseParameters(text, text[slash] === '=' ? start : typeEnd);
    return params.length === 0 ? PLAIN : { ...PLAIN, params };
  }
  return {
    type: text.slice(start, typeEnd).toLowerCase(),
    subtype: text.slice(subtypeStart, subtypeEnd).toLowerCase(),
    params: parseParameters(text, subtypeEnd),
  };
}

/** `8 bit` and `8-bit`, as seen, are `8bit`. */
function parseEncoding(text: Octets | undefined): string {
  if (text === undefined) return '7bit';
  const bits = /^\s*([78])[ -]?bits?\b/i.exec(text);
  if (bits) return `${bits[1]}bit`;
  const start = skipCfws(text.replaceAll('"', ' '), 0);
  return text.slice(start, tokenEnd(text, start)).toLowerCase() || '7bit';
}

/** A disposition without a type is one that nobody knows: an attachment (RFC 2183 §2.8). */
export function parseDisposition(text: Octets | undefined): Disposition | undefined {
  if (text === undefined) return undefined;
  const start = skipCfws(text, 0);
  const end = tokenEnd(text, start);
  const typed = end > start && text[skipCfws(text, end)] !== '=';
  const params = parseParameters(text, typed ? end : start);
  if (!typed && params.length === 0) return undefined;
  return { type: typed ? text.slice(start, end).toLowerCase() : 'attachment', params };
}

/** RFC 3282 §2: language tags with commas between them. */
function parseLanguages(text: Octets | undefined): Octets[] | undefined {
  if (text === undefined) return undefined;
  const tags: Octets[] = [];
  for (const word of text.split(',', MAX_LANGUAGES)) {
    const start = skipCfws(word, 0);
    const end = tokenEnd(word, start);
    if (end > start) tags.push(word.slice(start, end));
  }
  return tags.length > 0 ? tags : undefined;
}
