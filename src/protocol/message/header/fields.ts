/**
 * The header of a message as octets: where each field starts, ends and has its value, and where the body starts.
 * Offsets are exact, so that a field can be hashed, hidden or copied without being written anew (DKIM, RFC 6376 §3.4;
 * RFC 5322 §2.2). A line ends with LF, whether or not CR stands before it.
 *
 * Reading is total. The header ends with the first empty line; or, where there is none, with the first line that is
 * no field: that line then belongs to the body, and the defect is reported (what Postfix does too, so that both see the
 * same header). An mbox `From ` line before the first field is stepped over and reported. White space between a
 * name and its colon is read (RFC 5322 §4.5.8) and is not part of the name.
 * Called by message/*, dkim/*, mail/receive, mail/submit.
 */
import { decodeUtf8, latin1 } from '#bytes';

export type Field = {
  /** As written, without the colon. Always printable ASCII. */
  readonly name: string;
  /** Octet offsets of the whole field: its first octet, and the one after its last line end. */
  readonly start: number;
  readonly end: number;
  /** The octet after the colon. */
  readonly valueStart: number;
};

export type HeaderDefect = {
  /**
   * `not-a-field`: the header ended at this line without an empty line. `mbox-line`: a line `From …` or `>From …`
   * stands first. `too-many-fields`: the header was cut off here.
   */
  readonly kind: 'not-a-field' | 'mbox-line' | 'too-many-fields';
  readonly offset: number;
};

export type Header = {
  readonly fields: readonly Field[];
  /** The first octet of the body, the length of the message if there is none. */
  readonly bodyStart: number;
  readonly defects: readonly HeaderDefect[];
};

/** Real messages have under 200 fields; a header of nothing but fields must not fill the memory. */
const MAX_FIELDS = 5_000;

const HT = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const HYPHEN = 0x2d;
const COLON = 0x3a;

/**
 * Splits a message, or its beginning up to the body at least, into fields. Never fails; linear in the header.
 * `endsAt` tells of a line, by its offset, that it ends the header wherever it stands: a boundary delimiter of a
 * multipart around it; it is asked only of lines that start with a hyphen.
 */
export function splitHeader(bytes: Uint8Array, endsAt?: (at: number) => boolean): Header {
  const spans: number[] = [];
  const defects: HeaderDefect[] = [];
  let at = 0;
  if (startsMbox(bytes)) {
    defects.push({ kind: 'mbox-line', offset: 0 });
    at = lineEnd(bytes, 0);
  }
  let bodyStart = bytes.length;
  while (at < bytes.length) {
    const empty = emptyLine(bytes, at);
    if (empty > 0) {
      bodyStart = at + empty;
      break;
    }
    if (endsAt !== undefined && bytes[at] === HYPHEN && endsAt(at)) {
      bodyStart = at;
      break;
    }
    const colon = fieldColon(bytes, at);
    const tooMany = spans.length >= MAX_FIELDS * 3;
    if (colon < 0 || tooMany) {
      defects.push({ kind: tooMany ? 'too-many-fields' : 'not-a-field', offset: at });
      bodyStart = at;
      break;
    }
    const end = fieldEnd(bytes, colon + 1);
    spans.push(at, colon, end);
    at = end;
  }
  return { fields: fieldsOf(bytes, spans), bodyStart, defects };
}

/** All fields of that name, whatever their case, in their order. */
export function fieldsNamed(header: Header, name: string): Field[] {
  const lower = name.toLowerCase();
  return header.fields.filter(
    (field) => field.name.length === lower.length && field.name.toLowerCase() === lower,
  );
}

/** The value unfolded (RFC 5322 §2.2.3) and trimmed: UTF-8 where it is well-formed, else one character per octet. */
export function fieldValue(bytes: Uint8Array, field: Field): string {
  let start = field.valueStart;
  let end = field.end;
  while (start < end && isSpace(bytes[start]!)) start++;
  while (end > start && isSpace(bytes[end - 1]!)) end--;
  const raw = bytes.subarray(start, end);
  let text = latin1(raw);
  if (/[^\x00-\x7f]/.test(text)) text = decodeUtf8(raw) ?? text;
  // An LF in a field stands before white space, so it goes; a bare CR becomes a space.
  return /[\r\n]/.test(text) ? text.replaceAll(/\r?\n/g, '').replaceAll('\r', ' ') : text;
}

/**
 * The value unfolded and trimmed, one character per octet: raw, as IMAP passes it on. NUL and a bare CR become a space
 * (neither may stand in a string of IMAP). At most `limit` octets of the field are read.
 */
export function fieldOctets(bytes: Uint8Array, field: Field, limit = Infinity): string {
  let start = field.valueStart;
  let end = Math.min(field.end, start + limit);
  while (start < end && isSpace(bytes[start]!)) start++;
  while (end > start && isSpace(bytes[end - 1]!)) end--;
  const text = latin1(bytes.subarray(start, end));
  return /[\r\n\0]/.test(text) ? text.replaceAll(/\r?\n/g, '').replaceAll(/[\r\0]/g, ' ') : text;
}

function isSpace(octet: number): boolean {
  return isWsp(octet) || octet === CR || octet === LF;
}

function isWsp(octet: number): boolean {
  return octet === SP || octet === HT;
}

function fieldsOf(bytes: Uint8Array, spans: readonly number[]): Field[] {
  const fields: Field[] = [];
  const text = latin1(bytes.subarray(0, spans.at(-1) ?? 0));
  for (let index = 0; index < spans.length; index += 3) {
    const start = spans[index]!;
    const colon = spans[index + 1]!;
    let nameEnd = colon;
    while (isWsp(bytes[nameEnd - 1]!)) nameEnd--;
    fields.push({
      name: text.slice(start, nameEnd),
      start,
      end: spans[index + 2]!,
      valueStart: colon + 1,
    });
  }
  return fields;
}

/** The offset of the colon of a field that starts at `at`, -1 where the line is no field. */
function fieldColon(bytes: Uint8Array, at: number): number {
  let index = at;
  // ftext of RFC 5322 §3.6.8: printable ASCII without the colon.
  while (
    index < bytes.length &&
    bytes[index]! > SP &&
    bytes[index]! < 0x7f &&
    bytes[index] !== COLON
  )
    index++;
  if (index === at) return -1;
  while (index < bytes.length && isWsp(bytes[index]!)) index++;
  return bytes[index] === COLON ? index : -1;
}

/** The offset after the last line of a field: lines that start with white space continue it. */
function fieldEnd(bytes: Uint8Array, from: number): number {
  let end = lineEnd(bytes, from);
  while (end < bytes.length && isWsp(bytes[end]!)) end = lineEnd(bytes, end);
  return end;
}

function lineEnd(bytes: Uint8Array, from: number): number {
  let index = from;
  while (index < bytes.length) if (bytes[index++] === LF) break;
  return index;
}

function emptyLine(bytes: Uint8Array, at: number): 0 | 1 | 2 {
  if (bytes[at] === LF) return 1;
  return bytes[at] === CR && bytes[at + 1] === LF ? 2 : 0;
}

function startsMbox(bytes: Uint8Array): boolean {
  const from = bytes[0] === 0x3e ? 1 : 0;
  return latin1(bytes.subarray(from, from + 5)) === 'From ' && fieldColon(bytes, from) < 0;
}
