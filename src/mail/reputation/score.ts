/**
 * What the history of a sender comes to (docs/decisions/0027): counts that fade, a score from them, and one word for the score. Pure.
 *
 * Invariants: a sender of whom nothing is known scores 0; one message, whatever becomes of it, makes nobody good or bad; more of what speaks
 * for a sender never lowers its score, more of what speaks against it never raises it; time alone only brings the score nearer to 0.
 */

/** How often something happened; each message counts less as time goes by. */
export interface Counts {
  /** Messages that became none of the next two. */
  readonly accepted: number;
  readonly junked: number;
  readonly refused: number;
  /** Recipients that are not here. */
  readonly unknown: number;
  /** What the content scanner took for spam. */
  readonly spam: number;
  /** Moved into Junk by a reader, and out of it. */
  readonly toJunk: number;
  readonly fromJunk: number;
}

export type Counted = keyof Counts;

export const NO_COUNTS: Counts = {
  accepted: 0,
  junked: 0,
  refused: 0,
  unknown: 0,
  spam: 0,
  toJunk: 0,
  fromJunk: 0,
};
export const COUNTED = Object.keys(NO_COUNTS) as readonly Counted[];

/** `unknown`: too little is known to say anything · `poor`: a weak sign against it · `bad`: nearly all that it sends is junk. */
export type Standing = 'good' | 'unknown' | 'poor' | 'bad';

/** What happened so long ago counts half: a host with a new owner is a stranger again within two months. Milliseconds. */
export const HALF_LIFE = 14 * 86_400_000;

/** Who is good was seen for longer than a spam run lasts. Milliseconds. */
export const GOOD_AFTER = 86_400_000;

/** A reader knows best; what the checks said they would say again. */
const WEIGHTS: Counts = {
  accepted: 1,
  fromJunk: 4,
  junked: 1,
  refused: 1,
  spam: 1,
  toJunk: 4,
  // an old list of addresses has many that are gone: they weigh little, and never much
  unknown: 0.1,
};
const UNKNOWN_MOST = 3;

/** As if so much had been seen that speaks neither for nor against. */
const PRIOR = 10;

const GOOD_FROM = 0.5;
const POOR_FROM = -0.5;
const BAD_FROM = -0.8;

/** From −1 to 1. */
export function scoreOf(counts: Counts): number {
  const { accepted, fromJunk, junked, refused, spam, toJunk, unknown } = counts;
  const good = WEIGHTS.accepted * accepted + WEIGHTS.fromJunk * fromJunk;
  const bad =
    WEIGHTS.junked * junked +
    WEIGHTS.refused * refused +
    WEIGHTS.spam * spam +
    WEIGHTS.toJunk * toJunk +
    Math.min(UNKNOWN_MOST, WEIGHTS.unknown * unknown);
  return (good - bad) / (good + bad + PRIOR);
}

/** @param age since it was first seen, milliseconds */
export function standingOf(counts: Counts, age: number): Standing {
  const score = scoreOf(counts);
  if (score >= GOOD_FROM) return age >= GOOD_AFTER ? 'good' : 'unknown';
  if (score <= BAD_FROM) return 'bad';
  return score <= POOR_FROM ? 'poor' : 'unknown';
}

/** What is left of the counts after some time; a clock that was set back fades nothing. */
export function faded(counts: Counts, milliseconds: number): Counts {
  const left = 0.5 ** (Math.max(0, milliseconds) / HALF_LIFE);
  return mapped((counted) => counts[counted] * left);
}

export function sumOf(a: Counts, b: Partial<Counts>): Counts {
  return mapped((counted) => a[counted] + (b[counted] ?? 0));
}

/** Written out: it is made several times for each message. */
export function mapped(value: (counted: Counted) => number): Counts {
  return {
    accepted: value('accepted'),
    junked: value('junked'),
    refused: value('refused'),
    unknown: value('unknown'),
    spam: value('spam'),
    toJunk: value('toJunk'),
    fromJunk: value('fromJunk'),
  };
}
