/** UIDs as ranges: short to store, to send and to ask the database with. Pure. */
import { bigintArray } from '#store/query/arrays';

/** Both ends belong to it. */
export interface UidRange {
  readonly from: number;
  readonly to: number;
}

/** The highest UID there can be. */
export const LAST_UID = 2 ** 32 - 1;

/** Sorted UIDs as rising ranges that do not touch. */
export function rangesOf(uids: Uint32Array): UidRange[] {
  const ranges: UidRange[] = [];
  for (let start = 0; start < uids.length;) {
    let end = start;
    while (end + 1 < uids.length && uids[end + 1] === uids[end]! + 1) end++;
    ranges.push({ from: uids[start]!, to: uids[end]! });
    start = end + 1;
  }
  return ranges;
}

/** Two parameters `bigint[]`, for `unnest($n, $m) as r(first, last)`. */
export function rangeArrays(ranges: readonly UidRange[]): [first: Uint8Array, last: Uint8Array] {
  return [bigintArray(ranges.map(({ from }) => from)), bigintArray(ranges.map(({ to }) => to))];
}

/** All UIDs from `first` to `last` but those of `uids` (sorted) up to `count`: the gaps between them. */
export function gapsOf(
  { uids, count }: { readonly uids: Uint32Array; readonly count: number },
  { from, to }: UidRange,
): UidRange[] {
  const gaps: UidRange[] = [];
  let next = from;
  for (let place = lowerBound(uids, count, from); place < count && uids[place]! <= to; place++) {
    const uid = uids[place]!;
    if (uid > next) gaps.push({ from: next, to: uid - 1 });
    next = uid + 1;
  }
  if (next <= to) gaps.push({ from: next, to });
  return gaps;
}

/** The first place below `count` whose UID is not below `uid`; `count` where there is none. */
export function lowerBound(uids: Uint32Array, count: number, uid: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (uids[middle]! < uid) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Messages that one statement changes: more would hold the account's lock too long. */
export const PIECE = 10_000;

export function* piecesOf(uids: Uint32Array): Generator<Uint32Array> {
  for (let from = 0; from < uids.length; from += PIECE) yield uids.subarray(from, from + PIECE);
}

export function concatUids(pieces: readonly Uint32Array[]): Uint32Array {
  if (pieces.length === 1) return pieces[0]!;
  const uids = new Uint32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    uids.set(piece, at);
    at += piece.length;
  }
  return uids;
}
