/**
 * Sets of message numbers and UIDs (RFC 9051 §9 sequence-set): parsing, resolving against what a mailbox has, and writing. A range
 * is never expanded: `1:*,4294967295` costs what it finds. Called by the parser, servers/imap, search.
 */
import { STAR, type MessageSet, type SequenceRange, type SequenceSet } from './command.ts';
import { Malformed, type Decoder } from './decoder.ts';

/** A set as long as a command may be has no more; each costs a search in the mailbox. */
export const MAX_RANGES = 50_000;
const LARGEST = 0xffff_ffff;
const SET = /[0-9:*,]+/y;

export function decodeSequenceSet(decoder: Decoder): SequenceSet {
  SET.lastIndex = decoder.at;
  const found = SET.exec(decoder.text)?.[0];
  const set = found === undefined ? undefined : parseSequenceSet(found);
  if (set === undefined) throw decoder.unexpected('a set of numbers');
  decoder.at += found!.length;
  return set;
}

/** A set, or `$` (RFC 5182). */
export function decodeMessageSet(decoder: Decoder): MessageSet {
  return decoder.take('$') ? { kind: 'saved' } : decodeSequenceSet(decoder);
}

/** Undefined where the text is no set, or one beyond {@link MAX_RANGES}. */
export function parseSequenceSet(text: string): SequenceSet | undefined {
  const parts = text.split(',', MAX_RANGES + 1);
  if (parts.length > MAX_RANGES) throw new Malformed(`A set has more than ${MAX_RANGES} ranges`);
  const ranges: SequenceRange[] = [];
  for (const part of parts) {
    const colon = part.indexOf(':');
    const from = parseNumber(colon < 0 ? part : part.slice(0, colon));
    const to = colon < 0 ? from : parseNumber(part.slice(colon + 1));
    if (from === undefined || to === undefined) return undefined;
    ranges.push({ from, to });
  }
  return { kind: 'ranges', ranges };
}

function parseNumber(text: string): number | undefined {
  if (text === '*') return STAR;
  if (!/^[1-9][0-9]{0,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value > LARGEST ? undefined : value;
}

/** Sorted ranges that neither overlap nor touch. `largest` is what `*` stands for. */
export function normalRanges(set: SequenceSet, largest: number): SequenceRange[] {
  const sorted = set.ranges
    .map(({ from, to }) => {
      const [a, b] = [from === STAR ? largest : from, to === STAR ? largest : to];
      return a <= b ? { from: a, to: b } : { from: b, to: a };
    })
    .sort((a, b) => a.from - b.from);
  const merged: { from: number; to: number }[] = [];
  for (const { from, to } of sorted) {
    const last = merged.at(-1);
    if (last && from <= last.to + 1) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}

/** Half-open ranges of indexes into something sorted. */
export interface IndexRange {
  readonly start: number;
  readonly end: number;
}

/**
 * What a set of UIDs finds among the first `count` of `uids`, which ascend. Where `*` is in the set the last message is
 * too, however high the other end (RFC 9051 §9 seq-range).
 */
export function findUids(set: SequenceSet, uids: Uint32Array, count: number): IndexRange[] {
  if (count === 0) return [];
  return normalRanges(set, uids[count - 1]!).flatMap(({ from, to }) => {
    const start = lowerBound(uids, count, from);
    const end = lowerBound(uids, count, to + 1);
    return start < end ? [{ start, end }] : [];
  });
}

/** What a set of message numbers finds among `count` messages; `beyond` where a number is above the last one. */
export function findNumbers(
  set: SequenceSet,
  count: number,
): { readonly ranges: IndexRange[]; readonly beyond: boolean } {
  const ranges: IndexRange[] = [];
  let beyond = false;
  for (const { from, to } of normalRanges(set, count)) {
    // `*` of an empty mailbox is 0, which no message has
    if (to > count || from === 0) beyond = true;
    const [start, end] = [Math.max(from, 1) - 1, Math.min(to, count)];
    if (start < end) ranges.push({ start, end });
  }
  return { ranges, beyond };
}

/** The index of the first of `count` ascending values that is `value` or above. */
export function lowerBound(values: Uint32Array, count: number, value: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `1:3,5` of ascending numbers without repetition; '' of none. */
export function formatSet(numbers: Iterable<number>): string {
  let text = '';
  let from = -1;
  let to = -1;
  for (const number of numbers) {
    if (number === to + 1 && from >= 0) {
      to = number;
      continue;
    }
    if (from >= 0) text += rangeText(from, to);
    from = to = number;
  }
  if (from >= 0) text += rangeText(from, to);
  return text.slice(1);
}

function rangeText(from: number, to: number): string {
  return from === to ? `,${from}` : `,${from}:${to}`;
}
