/**
 * The octets of a message to its structure (RFC 2045, RFC 2046): one pass over the lines, with a stack of the parts that
 * are open and the boundaries that can end them. Reading is total: a delimiter ends every part inside the multipart that
 * it belongs to, a missing one is the end of the message, a header may end at a delimiter. Offsets nest: a part lies in
 * the body of what holds it, after its elder siblings.
 * Bounded: so many parts, so deep; what lies beyond is one opaque part. Linear in the message; no recursion.
 * A multipart that delimits no part has one all the same, the text before its end: so that a person can read it, and since
 * the grammar of RFC 9051 wants one.
 * Called by mail and servers through the store, once for each message.
 */
import { contentFields } from '#protocol/message/header/content-fields';
import { parseEnvelope } from '#protocol/message/header/envelope';
import { splitHeader } from '#protocol/message/header/fields';
import { percentDecode } from '#protocol/message/header/parameters';
import type {
  ContentFields,
  EmbeddedMessage,
  Envelope,
  Parameter,
  Part,
} from '#protocol/message/structure';
import { Boundaries } from './boundaries.ts';

export type StructureLimits = {
  /** Real messages have under a hundred parts, archives of lists some thousand. */
  readonly parts: number;
  /** Forwards of forwards come to ten or twenty; what reads the tree may recurse. */
  readonly depth: number;
};
export const STRUCTURE_LIMITS: StructureLimits = { parts: 10_000, depth: 100 };

const LF = 0x0a;
const CR = 0x0d;
const HYPHEN = 0x2d;

const OPAQUE: ContentFields = {
  type: 'application',
  subtype: 'octet-stream',
  params: [],
  encoding: 'binary',
};
const PLAIN: ContentFields = {
  type: 'text',
  subtype: 'plain',
  params: [['charset', 'us-ascii']],
  encoding: '7bit',
};

/** A part that is open: its end is not yet known. */
type Open = {
  readonly fields: ContentFields;
  readonly headerStart: number;
  readonly bodyStart: number;
  /** Line ends before the body. */
  readonly linesBefore: number;
  /** Of a message. */
  readonly envelope: Envelope | undefined;
  readonly children: Part[] | undefined;
  /** Of a multipart that is read, while delimiters of it may come. */
  boundary: string | undefined;
  /** Of a multipart that was closed before its first part: where what stands before that ends. */
  emptyEnd: End | undefined;
  message: EmbeddedMessage | undefined;
};

/** A place in the message, and how many line ends stand before it. */
type Place = { readonly at: number; readonly lines: number };

/** Where a body ends. */
type End = Place & {
  /** The start of the delimiter, after the line end that belongs to it. */
  readonly delimiter: Place;
};

type Reading = {
  readonly bytes: Uint8Array;
  readonly limits: StructureLimits;
  readonly boundaries: Boundaries;
  readonly open: Open[];
  /** The start of the line that is read next, and the line ends before it. */
  at: number;
  lines: number;
  parts: number;
};

export function parseStructure(
  bytes: Uint8Array,
  limits: StructureLimits = STRUCTURE_LIMITS,
): EmbeddedMessage {
  const boundaries = new Boundaries();
  const reading: Reading = { bytes, limits, boundaries, open: [], at: 0, lines: 0, parts: 0 };
  openPart(reading, true, false);
  for (let delimiter = nextDelimiter(reading); delimiter; delimiter = nextDelimiter(reading)) {
    const end = endBefore(reading);
    while (reading.open.length > delimiter.level + 1) closeLast(reading, end);
    const multipart = reading.open[delimiter.level]!;
    stepLine(reading);
    if (delimiter.close) {
      boundaries.leave(multipart.boundary!);
      multipart.boundary = undefined;
      multipart.emptyEnd = end;
    } else if (reading.at >= bytes.length) {
      // Cut off right here: a delimiter that nothing follows starts no part.
      multipart.emptyEnd = end;
    } else if (reading.parts >= limits.parts) {
      openOpaque(reading);
    } else {
      openPart(reading, false, multipart.fields.subtype === 'digest');
    }
  }
  const end = { at: bytes.length, lines: reading.lines };
  const last = { ...end, delimiter: end };
  while (reading.open.length > 1) closeLast(reading, last);
  const root = reading.open[0]!;
  return { envelope: root.envelope!, part: closed(root, last) };
}

/** Opens the part whose header starts here, and, where it is a message part, the message in it. */
function openPart(reading: Reading, isMessage: boolean, inDigest: boolean): void {
  const { bytes, boundaries, limits, open } = reading;
  let envelopeToo = isMessage;
  let digest = inDigest;
  for (;;) {
    const headerStart = reading.at;
    const rest = headerStart === 0 ? bytes : bytes.subarray(headerStart);
    const header = splitHeader(
      rest,
      open.length === 0
        ? undefined
        : (at) => boundaries.match(bytes, headerStart + at) !== undefined,
    );
    const fields = contentFields(rest, header, digest);
    const bodyStart = headerStart + header.bodyStart;
    skipTo(reading, bodyStart);
    const isRead = fields.type === 'multipart' && open.length < limits.depth;
    const boundary = isRead ? boundaryOf(fields.params) : undefined;
    open.push({
      fields,
      headerStart,
      bodyStart,
      linesBefore: reading.lines,
      envelope: envelopeToo ? parseEnvelope(rest, header) : undefined,
      children: isRead ? [] : undefined,
      boundary,
      emptyEnd: undefined,
      message: undefined,
    });
    reading.parts++;
    if (boundary !== undefined) boundaries.enter(boundary, open.length - 1);
    if (!holdsMessage(fields) || open.length >= limits.depth || reading.parts >= limits.parts)
      return;
    envelopeToo = true;
    digest = false;
  }
}

/** Everything up to the end of the message as one part. */
function openOpaque(reading: Reading): void {
  reading.open.push({
    fields: OPAQUE,
    headerStart: reading.at,
    bodyStart: reading.at,
    linesBefore: reading.lines,
    envelope: undefined,
    children: undefined,
    boundary: undefined,
    emptyEnd: undefined,
    message: undefined,
  });
  skipTo(reading, reading.bytes.length);
}

/** RFC 2046 §5.1.1 allows 70 octets; what is longer than any line in the suites is an attack on memory. */
const MAX_BOUNDARY = 8_000;

function boundaryOf(params: readonly Parameter[]): string | undefined {
  const found = params.find(([name]) => name === 'boundary' || name === 'boundary*');
  if (found === undefined) return undefined;
  const [name, value] = found;
  const boundary = name === 'boundary' ? value : percentDecode(value.replace(/^[^']*'[^']*'/, ''));
  return boundary === '' || boundary.length > MAX_BOUNDARY ? undefined : boundary;
}

/**
 * RFC 2046 §5.2.1 allows only 7bit, 8bit and binary; one that is encoded all the same (RFC 6532 §3.7 allows it for
 * message/global) has no octets that sections could point to.
 */
function holdsMessage({ type, subtype, encoding }: ContentFields): boolean {
  return (
    type === 'message' &&
    (subtype === 'rfc822' || subtype === 'global') &&
    encoding !== 'base64' &&
    encoding !== 'quoted-printable'
  );
}

/** The next line that delimits, with `at` at its start; without one `at` is the end. */
function nextDelimiter(reading: Reading): ReturnType<Boundaries['match']> {
  const { bytes, boundaries } = reading;
  const { length } = bytes;
  let { at, lines } = reading;
  while (at < length) {
    const delimiter =
      bytes[at] === HYPHEN && bytes[at + 1] === HYPHEN ? boundaries.match(bytes, at) : undefined;
    if (delimiter !== undefined) {
      reading.at = at;
      reading.lines = lines;
      return delimiter;
    }
    while (at < length && bytes[at] !== LF) at++;
    if (at < length) {
      lines++;
      at++;
    }
  }
  reading.at = at;
  reading.lines = lines;
  return undefined;
}

function stepLine(reading: Reading): void {
  const { bytes } = reading;
  let { at } = reading;
  while (at < bytes.length && bytes[at] !== LF) at++;
  skipTo(reading, Math.min(at + 1, bytes.length));
}

function skipTo(reading: Reading, to: number): void {
  const { bytes } = reading;
  let { lines } = reading;
  for (let at = reading.at; at < to; at++) if (bytes[at] === LF) lines++;
  reading.at = to;
  reading.lines = lines;
}

/** RFC 2046 §5.1.1: the line end before a delimiter belongs to it. */
function endBefore({ bytes, at, lines }: Reading): End {
  const delimiter = { at, lines };
  if (bytes[at - 1] !== LF) return { ...delimiter, delimiter };
  return { at: bytes[at - 2] === CR ? at - 2 : at - 1, lines: lines - 1, delimiter };
}

/** Closes the innermost part and gives it to what holds it. */
function closeLast(reading: Reading, end: End): void {
  const last = reading.open.pop()!;
  if (last.boundary !== undefined) reading.boundaries.leave(last.boundary);
  const part = closed(last, end);
  const holder = reading.open.at(-1)!;
  if (holder.children) holder.children.push(part);
  else holder.message = { envelope: last.envelope!, part };
}

function closed(open: Open, end: End): Part {
  const children = open.children ?? (open.fields.type === 'multipart' ? [] : undefined);
  if (children?.length === 0)
    children.push(
      extent(open.children ? PLAIN : OPAQUE, open.bodyStart, open, open.emptyEnd ?? end),
    );
  const inner = open.message?.part ?? children?.at(-1);
  return {
    ...extent(open.fields, open.headerStart, open, end, inner?.bodyEnd),
    ...(children && { children }),
    ...(open.message && { message: open.message }),
  };
}

/** `least`: where the body ends at the earliest. */
function extent(
  fields: ContentFields,
  headerStart: number,
  { bodyStart, linesBefore }: Open,
  end: End,
  least = bodyStart,
): Part {
  // The last line of a header that a delimiter ended keeps its line end.
  const { at, lines } = least > end.at ? end.delimiter : end;
  return { ...fields, headerStart, bodyStart, bodyEnd: at, lines: lines - linesBefore };
}
