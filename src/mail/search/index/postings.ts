/**
 * Which emails of a segment have a gram. Emails are numbers from 0 in their segment; rare grams are a list of gaps, frequent ones
 * a bitmap, those that nearly all have the gaps of the others: whatever is shortest.
 * Called by block.ts, sorted-run.ts, merge-blocks.ts, ask-segment.ts.
 */
import { OctetReader, type Octets } from './octets.ts';

const GAPS = 0;
const BITMAP = 1;
const OTHERS = 2;
export type Form = typeof GAPS | typeof BITMAP | typeof OTHERS;

/** Appends the first `count` of `emails`, which rise and are below `size`. */
export function writePosting(out: Octets, emails: Uint32Array, count: number, size: number): Form {
  const others = size - count;
  const bitmap = (size + 7) >>> 3;
  if (others < count && others < bitmap) {
    writeOthers(out, emails, count, size);
    return OTHERS;
  }
  if (count <= bitmap) {
    writeGaps(out, emails, count);
    return GAPS;
  }
  writeBitmap(out, emails, count, bitmap);
  return BITMAP;
}

function writeGaps(out: Octets, emails: Uint32Array, count: number): void {
  let next = 0;
  for (let i = 0; i < count; i++) {
    const email = emails[i]!;
    out.number(email - next);
    next = email + 1;
  }
}

function writeOthers(out: Octets, emails: Uint32Array, count: number, size: number): void {
  let next = 0;
  for (let email = 0, i = 0; email < size; email++) {
    if (i < count && emails[i] === email) i++;
    else {
      out.number(email - next);
      next = email + 1;
    }
  }
}

function writeBitmap(out: Octets, emails: Uint32Array, count: number, length: number): void {
  out.reserve(length);
  const start = out.length;
  out.bytes.fill(0, start, start + length);
  for (let i = 0; i < count; i++) {
    const email = emails[i]!;
    out.bytes[start + (email >>> 3)]! |= 1 << (email & 7);
  }
  out.length += length;
}

/** A posting where it stands in a block. */
export interface Posting {
  readonly form: Form;
  readonly octets: Uint8Array;
}

/**
 * Writes the emails of a posting into `emails` from `at` on, each as what `numbers` says of it; -1 is left out.
 * @returns the place behind the last one
 */
export function readPosting(
  { form, octets }: Posting,
  numbers: Int32Array,
  emails: Uint32Array,
  at: number,
): number {
  let to = at;
  if (form === BITMAP) {
    for (let email = 0; email < numbers.length; email++)
      if ((octets[email >>> 3]! >>> (email & 7)) & 1) to = put(numbers[email]!, emails, to);
    return to;
  }
  const reader = new OctetReader(octets);
  let next = 0;
  while (!reader.ended) {
    const email = next + reader.number();
    if (form === GAPS) to = put(numbers[email]!, emails, to);
    else for (; next < email; next++) to = put(numbers[next]!, emails, to);
    next = email + 1;
  }
  if (form === OTHERS) for (; next < numbers.length; next++) to = put(numbers[next]!, emails, to);
  return to;
}

function put(number: number, emails: Uint32Array, at: number): number {
  if (number < 0) return at;
  emails[at] = number;
  return at + 1;
}

/** Adds the emails of a posting to a bitmap of `size` emails. */
export function addToBitmap({ form, octets }: Posting, bitmap: Uint8Array, size: number): void {
  if (form === BITMAP) {
    for (let i = 0; i < octets.length; i++) bitmap[i]! |= octets[i]!;
    return;
  }
  const reader = new OctetReader(octets);
  let next = 0;
  if (form === GAPS) {
    while (!reader.ended) {
      const email = next + reader.number();
      bitmap[email >>> 3]! |= 1 << (email & 7);
      next = email + 1;
    }
    return;
  }
  while (!reader.ended) {
    const email = next + reader.number();
    addRange(bitmap, next, email);
    next = email + 1;
  }
  addRange(bitmap, next, size);
}

function addRange(bitmap: Uint8Array, from: number, until: number): void {
  let email = from;
  for (; email < until && (email & 7) !== 0; email++) bitmap[email >>> 3]! |= 1 << (email & 7);
  for (; email + 8 <= until; email += 8) bitmap[email >>> 3] = 0xff;
  for (; email < until; email++) bitmap[email >>> 3]! |= 1 << (email & 7);
}
