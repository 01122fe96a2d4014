/**
 * Header canonicalization, RFC 6376 §3.4.1 (simple) and §3.4.2 (relaxed), and the choice of the
 * fields that h= names (§5.4.2). Works on octets: nothing is decoded, no octet above 0x7F changes.
 * Fields come from message/fields.ts, whose lines may end with LF alone; canonical ones end with CRLF.
 * Called by sign.ts and verify.ts.
 */
import { concat, CR, EMPTY, LF } from '#bytes';
import type { Field } from '#protocol/message/fields';
import type { Canonicalization } from './canonicalize-body.ts';

const SP = 0x20;
const TAB = 0x09;
const COLON = 0x3a;
const CRLF = Uint8Array.of(CR, LF);

/** One whole field in canonical form, without its last line end. */
export function canonicalizeField(kind: Canonicalization, octets: Uint8Array): Uint8Array {
  const field = withoutLineEnd(octets);
  return kind === 'simple' ? field : relax(field);
}

/**
 * What a signature signs (RFC 6376 §3.7): the chosen fields, each with CRLF, then the signature's own
 * field without one. `own` is that field with the value of b= removed.
 */
export function headerToSign(
  kind: Canonicalization,
  header: Uint8Array,
  chosen: readonly Field[],
  own: Uint8Array,
): Uint8Array {
  const parts = chosen.flatMap(({ start, end }) => [
    canonicalizeField(kind, header.subarray(start, end)),
    CRLF,
  ]);
  return concat([...parts, canonicalizeField(kind, own)]);
}

/**
 * The fields that h= names, in its order: each mention takes the next instance from the bottom of the
 * header up, and a mention without an instance takes nothing (RFC 6376 §5.4.2). Linear.
 */
export function chooseFields(fields: readonly Field[], names: readonly string[]): Field[] {
  const left = Map.groupBy(fields, ({ name }) => name.toLowerCase());
  return names.flatMap((name) => left.get(name.toLowerCase())?.pop() ?? []);
}

/** The octets of a field without those from `start` to `end`. */
export function cutOut(field: Uint8Array, start: number, end: number): Uint8Array {
  return concat([field.subarray(0, start), field.subarray(end)]);
}

function withoutLineEnd(octets: Uint8Array): Uint8Array {
  if (octets.at(-1) !== LF) return octets;
  return octets.subarray(0, octets.at(-2) === CR ? -2 : -1);
}

function relax(field: Uint8Array): Uint8Array {
  const colon = field.indexOf(COLON);
  if (colon < 0) return EMPTY;
  let nameEnd = colon;
  while (nameEnd > 0 && isWsp(field[nameEnd - 1])) nameEnd--;
  const out = new Uint8Array(field.length);
  for (let i = 0; i < nameEnd; i++) out[i] = lowerCase(field[i]!);
  out[nameEnd] = COLON;
  return out.subarray(0, relaxValue(field, colon + 1, out, nameEnd + 1));
}

/** Unfolds, reduces runs of white space to one space, trims; returns the length of `out`. */
function relaxValue(field: Uint8Array, from: number, out: Uint8Array, to: number): number {
  let length = to;
  let space = false;
  for (let i = from; i < field.length; i++) {
    const octet = field[i]!;
    if (isWsp(octet) || isFold(field, i)) {
      space = true;
      continue;
    }
    if (space && length > to) out[length++] = SP;
    space = false;
    out[length++] = octet;
  }
  return length;
}

/** Whether the octet belongs to a line end before white space: CRLF, or LF alone as fields.ts reads it. */
function isFold(field: Uint8Array, at: number): boolean {
  if (field[at] === LF) return isWsp(field[at + 1]);
  return field[at] === CR && field[at + 1] === LF && isWsp(field[at + 2]);
}

function isWsp(octet: number | undefined): boolean {
  return octet === SP || octet === TAB;
}

function lowerCase(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
}
