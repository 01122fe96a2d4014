/** What is known of a sender at a time, from what was counted of it. Pure. */
import type { Sender } from '#store/reputation/sender-history';
import { faded, mapped, scoreOf, standingOf, type Counts, type Standing } from './score.ts';

export interface Known {
  readonly sender: Sender;
  /** Undefined where nothing is known. */
  readonly counts: Counts | undefined;
  readonly score: number;
  readonly standing: Standing;
}

/** Times are calendar milliseconds. */
export interface CountedSender {
  readonly counts: Counts | undefined;
  readonly firstSeen: number;
  readonly countedAt: number;
}

export function knownAt(sender: Sender, counted: CountedSender | undefined, now: number): Known {
  if (counted?.counts === undefined)
    return { sender, counts: undefined, score: 0, standing: 'unknown' };
  const counts = faded(counted.counts, now - counted.countedAt);
  const standing = standingOf(counts, now - counted.firstSeen);
  return { sender, counts, score: scoreOf(counts), standing };
}

/** As it is shown: more digits would only pretend. */
export function rounded(counts: Counts): Counts {
  return mapped((counted) => Math.round(counts[counted] * 10) / 10);
}

export function roundedScore(score: number): number {
  return Math.round(score * 100) / 100;
}
