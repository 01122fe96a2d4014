/**
 * The states of a view, pure: a state and what changed since make the next one. Arrays are shared between states as `view.ts` says:
 * arrivals are written behind `count`, changes of flags into place, and only a gone message, or want of room, makes new arrays.
 */
import type { Entries } from '#store/mailboxes/entries/entries';
import { KeywordSets } from '#store/mailboxes/entries/keyword-sets';
import { lowerBound } from '#store/mailboxes/entries/uid-ranges';
import type { ViewState } from './view.ts';

/** What became of a mailbox between two modseqs. */
export interface ViewDelta {
  readonly modseq: number;
  readonly uidNext: number;
  /** Above all UIDs known. */
  readonly arrived?: Entries | undefined;
  /** Those that are not known (any more) are passed over. */
  readonly changed?: Entries | undefined;
  /** Rising; those that are not known are passed over. */
  readonly gone?: Uint32Array | undefined;
}

interface Columns {
  readonly uids: Uint32Array;
  readonly emailIds: Float64Array;
  readonly modseqs: Float64Array;
  readonly flags: Uint8Array;
  readonly keywords: Uint32Array;
  readonly sets: KeywordSets;
}

/** Sets that no message has any more are forgotten when there are this many more than messages. */
const SPARE_SETS = 1024;
/** Room for arrivals in new arrays. */
const SPARE_ENTRIES = 16;

export class State implements ViewState {
  readonly uids: Uint32Array;
  readonly emailIds: Float64Array;
  readonly modseqs: Float64Array;
  readonly flags: Uint8Array;
  readonly keywords: Uint32Array;
  readonly sets: KeywordSets;
  readonly count: number;
  readonly modseq: number;
  readonly uidNext: number;
  /** Sessions of a mailbox mostly ask from the same modseq. */
  #asked: { readonly modseq: number; readonly places: Uint32Array } | undefined;

  constructor(
    columns: Columns,
    { count, modseq, uidNext }: Pick<State, 'count' | 'modseq' | 'uidNext'>,
  ) {
    this.uids = columns.uids;
    this.emailIds = columns.emailIds;
    this.modseqs = columns.modseqs;
    this.flags = columns.flags;
    this.keywords = columns.keywords;
    this.sets = columns.sets;
    this.count = count;
    this.modseq = modseq;
    this.uidNext = uidNext;
  }

  changedSince(modseq: number): Uint32Array {
    if (this.#asked?.modseq !== modseq) {
      this.#asked = { modseq, places: placesAbove(this.modseqs, this.count, modseq) };
    }
    return this.#asked.places;
  }

  modseqAt(place: number): number {
    return this.modseqs[place]!;
  }

  keywordsAt(place: number): readonly string[] {
    return this.sets.keywordsOf(this.keywords[place]!);
  }

  placeOf(uid: number): number {
    const place = lowerBound(this.uids, this.count, uid);
    return place < this.count && this.uids[place] === uid ? place : -1;
  }
}

function placesAbove(modseqs: Float64Array, count: number, modseq: number): Uint32Array {
  let found = 0;
  for (let place = 0; place < count; place++) if (modseqs[place]! > modseq) found++;
  const places = new Uint32Array(found);
  if (found === 0) return places;
  for (let place = 0, at = 0; at < found; place++) {
    if (modseqs[place]! > modseq) places[at++] = place;
  }
  return places;
}

export function emptyState(): State {
  return new State(columnsFor(0, new KeywordSets()), { count: 0, modseq: 0, uidNext: 1 });
}

/** The state after a delta; the one before stays readable. */
export function nextState(state: State, delta: ViewDelta): State {
  const { modseq, uidNext, arrived, changed, gone } = delta;
  let columns: Columns = state;
  let count = state.count;
  if (changed) writeChanges(state, changed);
  if (gone) {
    const left = withoutGone(columns, count, gone);
    if (left) ({ columns, count } = left);
  }
  if (arrived && arrived.uids.length > 0) {
    columns = withRoom(columns, count, arrived.uids.length);
    count = writeArrivals(columns, count, arrived);
  }
  if (columns.sets.size > count + SPARE_SETS) columns = withFreshSets(columns, count);
  return new State(columns, { count, modseq, uidNext });
}

function writeChanges(state: State, changed: Entries): void {
  for (const [i, uid] of changed.uids.entries()) {
    const place = state.placeOf(uid);
    if (place < 0) continue;
    state.flags[place] = changed.flags[i]!;
    state.modseqs[place] = changed.modseqs[i]!;
    state.keywords[place] = state.sets.numberOf(changed.keywords?.[i] ?? '');
  }
}

function writeArrivals(columns: Columns, count: number, arrived: Entries): number {
  columns.uids.set(arrived.uids, count);
  columns.emailIds.set(arrived.emailIds, count);
  columns.modseqs.set(arrived.modseqs, count);
  columns.flags.set(arrived.flags, count);
  if (arrived.keywords) {
    for (const [i, text] of arrived.keywords.entries()) {
      columns.keywords[count + i] = columns.sets.numberOf(text);
    }
  } else {
    columns.keywords.fill(0, count, count + arrived.uids.length);
  }
  return count + arrived.uids.length;
}

/** Undefined where none of them is there. */
function withoutGone(
  columns: Columns,
  count: number,
  gone: Uint32Array,
): { columns: Columns; count: number } | undefined {
  const kept: { from: number; to: number }[] = [];
  let next = 0;
  for (const uid of gone) {
    const place = lowerBound(columns.uids, count, uid);
    if (place === count || columns.uids[place] !== uid) continue;
    if (place > next) kept.push({ from: next, to: place });
    next = place + 1;
  }
  if (next === 0) return undefined;
  if (next < count) kept.push({ from: next, to: count });
  const left = kept.reduce((sum, { from, to }) => sum + to - from, 0);
  const copy = columnsFor(left, columns.sets);
  let at = 0;
  for (const { from, to } of kept) {
    copyColumns(columns, copy, from, to, at);
    at += to - from;
  }
  return { columns: copy, count: left };
}

function withRoom(columns: Columns, count: number, more: number): Columns {
  if (count + more <= columns.uids.length) return columns;
  const copy = columnsFor(count + more, columns.sets);
  copyColumns(columns, copy, 0, count, 0);
  return copy;
}

/** With an eighth more room than asked for: a mailbox that fills is copied seldom. */
function columnsFor(count: number, sets: KeywordSets): Columns {
  const length = count + (count >> 3) + SPARE_ENTRIES;
  return {
    uids: new Uint32Array(length),
    emailIds: new Float64Array(length),
    modseqs: new Float64Array(length),
    flags: new Uint8Array(length),
    keywords: new Uint32Array(length),
    sets,
  };
}

function copyColumns(from: Columns, to: Columns, start: number, end: number, at: number): void {
  to.uids.set(from.uids.subarray(start, end), at);
  to.emailIds.set(from.emailIds.subarray(start, end), at);
  to.modseqs.set(from.modseqs.subarray(start, end), at);
  to.flags.set(from.flags.subarray(start, end), at);
  to.keywords.set(from.keywords.subarray(start, end), at);
}

/** The sets before stay with the states before. */
function withFreshSets(columns: Columns, count: number): Columns {
  const sets = new KeywordSets();
  const keywords = new Uint32Array(columns.keywords.length);
  for (let place = 0; place < count; place++) {
    keywords[place] = sets.numberOf(columns.sets.keywordsOf(columns.keywords[place]!).join(' '));
  }
  return { ...columns, keywords, sets };
}
