/**
 * Which emails the segments of an index hold: the emails of all segments one after the other, and where in them those are that a search
 * asks about. Ids mostly rise, in a segment and from one segment to the next, and so do those that are asked about: then one walk finds
 * them all.
 * Called by ask-index.ts.
 */
import type { StoredSegment } from '#store/search/segments';
import { unpackNumbers } from './packed-numbers.ts';

/** A segment, and where its emails begin among those of all. */
export interface PlacedSegment {
  readonly id: string;
  readonly emails: number;
  readonly start: number;
}

export interface IndexedEmails {
  /** In the order of their first emails. */
  readonly segments: readonly PlacedSegment[];
  readonly ids: Float64Array;
  /** 1 for each email that anything may be true of. */
  readonly partial: Uint8Array;
}

export function indexedEmails(stored: readonly StoredSegment[]): IndexedEmails {
  const opened = stored
    .map(({ id, emailIds, partial }) => ({
      id,
      ids: unpackNumbers(emailIds),
      partial: unpackNumbers(partial),
    }))
    .toSorted((a, b) => (a.ids[0] ?? 0) - (b.ids[0] ?? 0));
  const count = opened.reduce((sum, { ids }) => sum + ids.length, 0);
  const all = new Float64Array(count);
  const marks = new Uint8Array(count);
  let start = 0;
  const segments = opened.map(({ id, ids, partial }) => {
    const segment = { id, emails: ids.length, start };
    all.set(ids, start);
    for (const number of partial) marks[start + number] = 1;
    start += ids.length;
    return segment;
  });
  return { segments, ids: all, partial: marks };
}

/** Of each of `wanted` its place in `ids`, -1 for one that is not there. */
export function placesAmong(ids: Float64Array, wanted: Float64Array): Int32Array {
  const order = isRising(ids) ? undefined : orderOf(ids);
  const rising = order ? ids.toSorted() : ids;
  const places = new Int32Array(wanted.length);
  let at = 0;
  for (let i = 0; i < wanted.length; i++) {
    const id = wanted[i]!;
    if (rising[at] !== id) at = lowerBound(rising, id);
    if (rising[at] !== id) places[i] = -1;
    else {
      places[i] = order ? order[at]! : at;
      at++;
    }
  }
  return places;
}

function isRising(ids: Float64Array): boolean {
  for (let i = 1; i < ids.length; i++) if (ids[i]! <= ids[i - 1]!) return false;
  return true;
}

function orderOf(ids: Float64Array): Uint32Array {
  return Uint32Array.from(ids.keys()).sort((a, b) => ids[a]! - ids[b]!);
}

/** The first place whose id is not below. */
function lowerBound(rising: Float64Array, id: number): number {
  let from = 0;
  for (let to = rising.length; from < to;) {
    const middle = (from + to) >>> 1;
    if (rising[middle]! < id) from = middle + 1;
    else to = middle;
  }
  return from;
}
