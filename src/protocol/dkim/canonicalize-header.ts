/**
 * Header canonicalization, RFC 6376 §3.4.1 (simple) and §3.4.2 (relaxed), and the choice of the
 * fields that h= names (§5.4.2). Works on octets: nothing is decoded, no octet above 0x7F changes.
 * Fields come from message/fields.ts, whose lines may end with LF alone; canonical ones end with CRLF.
 * Called by sign.ts and verify.ts.
 */
import { CR, LF } from '#bytes';
import type { Field } from '#protocol/message/header/fields';
import type { Canonicalization } from './canonicalize-body.ts';

const SP = 0x20;
const TAB = 0x09;
const COLON = 0x3a;

/** Fields of a header in canonical form, one after the other, each with its CRLF. */
export function canonicalizeFields(
  kind: Canonicalization,
  header: Uint8Array,
  fields: readonly Field[],
): Uint8Array {
  // neither form is longer than what it came from, but for a CRLF where LF stood or nothing
  const size = fields.reduce((sum, { start, end }) => sum + end - start + 2, 0);
  const out = new Uint8Array(size);
  let length = 0;
  for (const { start, end } of fields) {
    length = write(kind, header, start, end, out, length);
    out[length++] = CR;
    out[length++] = LF;
  }
  return out.subarray(0, length);
}

/**
 * What a signature signs (RFC 6376 §3.7): the fields it chose, canonical, then the signature's own field
 * without a line end. `own` is that field as it stands, with the value of b= removed.
 */
export function headerToSign(
  kind: Canonicalization,
  canonicalFields: Uint8Array,
  own: Uint8Array,
): Uint8Array {
  const out = new Uint8Array(canonicalFields.length + own.length);
  out.set(canonicalFields);
  return out.subarray(0, write(kind, own, 0, own.length, out, canonicalFields.length));
}

/**
 * The fields that h= names, in its order: each mention takes the next instance from the bottom of the
 * header up, and a mention without an instance takes nothing (RFC 6376 §5.4.2). Linear.
 */
export function chooseFields(fields: readonly Field[], names: readonly string[]): Field[] {
  const left = Map.groupBy(fields, ({ name }) => name.toLowerCase());
  const chosen: Field[] = [];
  for (const name of names) {
    const field = left.get(name.toLowerCase())?.pop();
    if (field) chosen.push(field);
  }
  return chosen;
}

/** Writes one field without its line end at `at` of `out`; returns the offset after it. */
function write(
  kind: Canonicalization,
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  at: number,
): number {
  const last = withoutLineEnd(bytes, start, end);
  if (kind === 'relaxed') return writeRelaxed(bytes, start, last, out, at);
  out.set(bytes.subarray(start, last), at);
  return at + last - start;
}

function withoutLineEnd(bytes: Uint8Array, start: number, end: number): number {
  if (end === start || bytes[end - 1] !== LF) return end;
  return end - 1 > start && bytes[end - 2] === CR ? end - 2 : end - 1;
}

/** The name in lower case without white space before the colon, then the value. */
function writeRelaxed(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  at: number,
): number {
  const colon = bytes.indexOf(COLON, start);
  let nameEnd = colon;
  while (isWsp(bytes[nameEnd - 1])) nameEnd--;
  let length = at;
  for (let i = start; i < nameEnd; i++) out[length++] = lowerCase(bytes[i]!);
  out[length++] = COLON;
  return writeValue(bytes, colon + 1, end, out, length);
}

/** Unfolds, reduces runs of white space to one space, and drops them at both ends. */
function writeValue(
  bytes: Uint8Array,
  from: number,
  end: number,
  out: Uint8Array,
  at: number,
): number {
  let length = at;
  let space = false;
  for (let i = from; i < end; i++) {
    const octet = bytes[i]!;
    if (octet <= SP && (isWsp(octet) || isFold(bytes, i, end))) {
      space = true;
      continue;
    }
    if (space && length > at) out[length++] = SP;
    space = false;
    out[length++] = octet;
  }
  return length;
}

/** Whether the octet belongs to a line end before white space: CRLF, or LF alone as fields.ts reads it. */
function isFold(bytes: Uint8Array, at: number, end: number): boolean {
  const lineFeed = bytes[at] === CR ? at + 1 : at;
  return lineFeed + 1 < end && bytes[lineFeed] === LF && isWsp(bytes[lineFeed + 1]);
}

function isWsp(octet: number | undefined): boolean {
  return octet === SP || octet === TAB;
}

function lowerCase(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
}
