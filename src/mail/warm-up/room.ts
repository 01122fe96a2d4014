/**
 * How a day is cut: what may go in an hour, what is kept for mail that is not bulk, and what is left for a stream. The claim asks the same in
 * SQL (`store/queue/pace.ts`); a test holds the two together.
 */
import { KEPT } from '#store/queue/pace';

/** A day's amount is not sent in a moment: no hour has more than this part of it. */
const HOURS = 8;
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export function hourOf(size: number): number {
  return Math.max(1, Math.ceil(size / HOURS));
}

/** When the day of a plan ends: at midnight UTC, as the counters of most providers. Calendar milliseconds. */
export function dayEnd(now: number): number {
  return (Math.floor(now / DAY) + 1) * DAY;
}

export function hourEnd(now: number): number {
  return (Math.floor(now / HOUR) + 1) * HOUR;
}

export interface Window {
  readonly most: number;
  readonly taken: number;
  /** Of these bulk mail. */
  readonly bulk: number;
}

/**
 * What is left of a window.
 * @param waiting recipients of other streams that are due now: they go first
 */
export function roomIn({ most, taken, bulk }: Window, isBulk: boolean, waiting: number): number {
  const left = Math.max(most - taken, 0);
  if (!isBulk) return left;
  const kept = Math.max(Math.floor(most / KEPT) - (taken - bulk), waiting, 0);
  return Math.max(left - kept, 0);
}
