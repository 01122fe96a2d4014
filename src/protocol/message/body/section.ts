/**
 * What a section of FETCH names (RFC 9051 §6.4.5): octets of the message, by the offsets of its structure. A part number
 * counts in a multipart; a message that is none has its body as part 1, the message in a message/rfc822 part too.
 * Pure; ranges are of the message as a whole, and always within it.
 * Called by servers/imap for BODY[…] and BINARY[…].
 */
import { fromLatin1, concat } from '#bytes';
import { splitHeader } from '#protocol/message/header/fields';
import type { Part } from '#protocol/message/structure';

export type SectionKind = 'HEADER' | 'HEADER.FIELDS' | 'HEADER.FIELDS.NOT' | 'TEXT' | 'MIME';

export type Section = {
  /** Part numbers, from 1. */
  readonly path: readonly number[];
  /** Without one the body of the part, or the whole message where the path is empty. */
  readonly kind?: SectionKind | undefined;
  /** Names of header fields, in any case; for the kinds that have them. */
  readonly fields?: readonly string[] | undefined;
};

/** Octet offsets in the whole message, the end exclusive. */
export type OctetRange = { readonly start: number; readonly end: number };

export type SectionOctets =
  | ({ readonly kind: 'range' } & OctetRange)
  /** The octets of a header, of which `select` gives those that are asked for. */
  | ({
      readonly kind: 'fields';
      readonly select: (header: Uint8Array) => Uint8Array;
    } & OctetRange)
  /** There is no such part, or it has no such section. */
  | { readonly kind: 'missing' };

const MISSING: SectionOctets = { kind: 'missing' };

/** `root` is the part that is the whole message. */
export function sectionOctets(root: Part, section: Section): SectionOctets {
  const { path, kind } = section;
  const part = path.length === 0 ? root : findPart(root, path);
  if (part === undefined) return MISSING;
  if (kind === undefined)
    return range(path.length === 0 ? part.headerStart : part.bodyStart, part.bodyEnd);
  if (kind === 'MIME') return path.length === 0 ? MISSING : range(part.headerStart, part.bodyStart);
  // The other kinds are of messages: the whole one, or the one in a message/rfc822 part.
  const message = path.length === 0 ? part : part.message?.part;
  if (message === undefined) return MISSING;
  const { headerStart, bodyStart, bodyEnd } = message;
  if (kind === 'TEXT') return range(bodyStart, bodyEnd);
  if (kind === 'HEADER') return range(headerStart, bodyStart);
  const names = new Set(section.fields?.map((name) => name.toLowerCase()));
  const select = (header: Uint8Array): Uint8Array =>
    selectFields(header, names, kind === 'HEADER.FIELDS', bodyStart < bodyEnd);
  return { kind: 'fields', start: headerStart, end: bodyStart, select };
}

/** The part that the numbers lead to. */
export function findPart(root: Part, path: readonly number[]): Part | undefined {
  let part: Part | undefined;
  for (const number of path) {
    // At first, and in a message part, what is counted is in a message.
    const message: Part | undefined = part === undefined ? root : part.message?.part;
    if (part?.children) part = part.children[number - 1];
    else if (message === undefined) return undefined;
    else if (message.children) part = message.children[number - 1];
    else part = number === 1 ? message : undefined;
    if (part === undefined) return undefined;
  }
  return part;
}

/** `<offset.length>` of a range, empty where it starts after its end (RFC 9051 §6.4.5). */
export function partialRange(
  { start, end }: OctetRange,
  partial: { readonly offset: number; readonly length: number },
): OctetRange {
  const from = Math.min(start + partial.offset, end);
  return { start: from, end: Math.min(from + partial.length, end) };
}

/**
 * Fields of a header as they are written, in their order, and the empty line at its end. The line is made up where a header
 * has none but its message a body: the response always has it then.
 */
function selectFields(
  header: Uint8Array,
  names: ReadonlySet<string>,
  wanted: boolean,
  hasBody: boolean,
): Uint8Array {
  const { fields, bodyStart } = splitHeader(header);
  const chosen = fields
    .filter(({ name }) => names.has(name.toLowerCase()) === wanted)
    .map(({ start, end }) => header.subarray(start, end));
  const end = fields.at(-1)?.end ?? 0;
  const line = header.subarray(end, bodyStart);
  const isEmptyLine = line.length > 0 && line.length <= 2;
  if (isEmptyLine) chosen.push(line);
  else if (hasBody) chosen.push(fromLatin1('\r\n'));
  return concat(chosen);
}

function range(start: number, end: number): SectionOctets {
  return { kind: 'range', start, end };
}
