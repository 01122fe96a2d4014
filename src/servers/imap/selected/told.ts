/**
 * What a session knows of its selected mailbox, and what it must be told when that has changed: sequence numbers are places in
 * `uids`, and they move only when the client hears of it (RFC 9051 §5.5, §7.5.1). Pure: (what was told, what is) → (what to say,
 * what is told then).
 *
 * Invariants: `uids` rises up to `count`; what lies behind `count` is nobody's yet, so that sessions of one mailbox share one array,
 * which arrivals extend in place. A message that is gone keeps its number until its EXPUNGE or VANISHED may be sent; arrivals have
 * higher UIDs than all before them. A change is told once, with the modseq that it had.
 */
import { lowerBound } from '#protocol/imap/sequence-set';

/** The messages of a mailbox in their order. */
export interface Messages {
  /** Rising; valid below `count`. */
  readonly uids: Uint32Array;
  readonly count: number;
}

/** What the client of a session was told. */
export interface Told extends Messages {
  /** Changes up to this modseq were told, or need not be. */
  readonly modseq: number;
}

/** What the mailbox is now. */
export interface Present extends Messages {
  /** Of the last change of any kind. */
  readonly modseq: number;
  /** Places in `uids`, rising, of the messages whose last change is above this modseq. */
  changedSince(modseq: number): Iterable<number>;
  /** Of the last change of the message at this place. */
  modseqAt(place: number): number;
}

/** What is to be said, in this order; sequence numbers hold at the moment when they are said. */
export interface Updates {
  /** Gone messages, rising by UID; `sequence` is that before any of them is told. */
  readonly gone: readonly Gone[];
  /** The number of messages, where there are new ones. */
  readonly exists: number | undefined;
  /** Messages known before whose flags changed, by their sequence numbers after `gone` was told. */
  readonly changed: readonly Changed[];
  readonly next: Told;
}

export interface Gone {
  readonly uid: number;
  readonly sequence: number;
}

export interface Changed {
  readonly sequence: number;
  /** In the present messages. */
  readonly place: number;
}

export interface UpdateOptions {
  /** Whether EXPUNGE or VANISHED may be sent now. */
  readonly expunges: boolean;
  /** Whether changed flags are told now; if not they are told the next time. */
  readonly flags: boolean;
  /** Modseqs of this session's own changes that it does not want to hear of. */
  readonly own: ReadonlySet<number>;
}

/** Compares what was told with what is. */
export function updatesOf(told: Told, present: Present, options: UpdateOptions): Updates {
  const missing = missingFrom(told, present);
  const gone = options.expunges ? missing : [];
  const { uids, count } = gone.length === missing.length ? present : keepingGone(told, present);
  const next = { uids, count, modseq: options.flags ? present.modseq : told.modseq };
  const left = told.count - gone.length;
  return {
    gone,
    exists: next.count > left ? next.count : undefined,
    changed: options.flags ? changesOf(told, present, next, options.own) : [],
    next,
  };
}

/** Of the messages told, those that are not there any more. */
function missingFrom(told: Told, present: Messages): Gone[] {
  if (told.uids === present.uids) return [];
  const missing: Gone[] = [];
  let place = 0;
  for (let i = 0; i < told.count; i++) {
    const uid = told.uids[i]!;
    while (place < present.count && present.uids[place]! < uid) place++;
    if (place === present.count || present.uids[place] !== uid)
      missing.push({ uid, sequence: i + 1 });
  }
  return missing;
}

/** What was told, gone messages included, and then the arrivals. */
function keepingGone(told: Told, present: Messages): Messages {
  const last = told.count === 0 ? 0 : told.uids[told.count - 1]!;
  const arrivals = lowerBound(present.uids, present.count, last + 1);
  const count = told.count + present.count - arrivals;
  if (count === told.count) return { uids: told.uids, count };
  const uids = new Uint32Array(count);
  uids.set(told.uids.subarray(0, told.count));
  uids.set(present.uids.subarray(arrivals, present.count), told.count);
  return { uids, count };
}

function changesOf(
  told: Told,
  present: Present,
  next: Messages,
  own: ReadonlySet<number>,
): Changed[] {
  if (present.modseq <= told.modseq) return [];
  const last = told.count === 0 ? 0 : told.uids[told.count - 1]!;
  const changed: Changed[] = [];
  for (const place of present.changedSince(told.modseq)) {
    const uid = present.uids[place]!;
    // An arrival is told by EXISTS: its flags are for the client to ask.
    if (uid > last) break;
    if (own.has(present.modseqAt(place))) continue;
    const sequence = next.uids === present.uids ? place + 1 : sequenceOf(next, uid);
    changed.push({ sequence, place });
  }
  return changed;
}

/** The sequence number of a UID; 0 where there is no such message. */
export function sequenceOf({ uids, count }: Messages, uid: number): number {
  const place = lowerBound(uids, count, uid);
  return place < count && uids[place] === uid ? place + 1 : 0;
}
