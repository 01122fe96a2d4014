/**
 * When the next attempt is made, and when the author hears that there was none that worked. Pure: attempts and times in, a time out.
 * RFC 5321 §4.5.4.1: retries go on for at least four to five days; the first waits at least half an hour there, but greylisting
 * (RFC 6647) and short outages have made about a minute the better first gap, with gaps that grow.
 */

export interface ScheduleOptions {
  /** Gap after the first failure. Milliseconds, as all here. */
  readonly firstRetry: number;
  readonly longestGap: number;
  /** From when delivery could begin until it is given up. */
  readonly lifetime: number;
  /** A message that waits for longer is told of, once. */
  readonly delayNotice: number;
}

/** Each gap is so many times the one before. */
const GROWTH = 2;
/** Up to this part of a gap is taken off at random, so that what failed together does not come back together. */
const JITTER = 0.2;

export type NextAttempt =
  /** Calendar milliseconds. */
  { readonly kind: 'retry'; readonly at: number } | { readonly kind: 'expired' };

/**
 * @param attempts made so far, the one that just failed included
 * @param now calendar milliseconds
 * @param expiresAt of the message; the last attempt is made then
 * @param random from 0 to below 1
 */
export function nextAttempt(
  options: ScheduleOptions,
  attempts: number,
  now: number,
  expiresAt: number,
  random: number,
): NextAttempt {
  if (now >= expiresAt) return { kind: 'expired' };
  const gap = growing(options.firstRetry, attempts, options.longestGap) * (1 - JITTER * random);
  return { kind: 'retry', at: Math.min(now + Math.round(gap), expiresAt) };
}

/** Whether a message that is deferred now has waited long enough for its author to be told. */
export function isDelayed(
  options: ScheduleOptions,
  message: { readonly arrivedAt: number; readonly expiresAt: number },
  now: number,
): boolean {
  return now >= delayedFrom(options, message);
}

/** From when on an author is to be told that a message waits. */
export function delayedFrom(
  { lifetime, delayNotice }: ScheduleOptions,
  message: { readonly arrivedAt: number; readonly expiresAt: number },
): number {
  // a message for later (FUTURERELEASE) has not waited before its time
  return Math.max(message.arrivedAt, message.expiresAt - lifetime) + delayNotice;
}

/** A site that could not be reached, or asks for less, is left alone for at most this long. */
const LONGEST_PAUSE = 30 * 60_000;

/** Until when a site is left alone after so many failures in a row, this one included. */
export function sitePauseUntil(
  options: ScheduleOptions,
  failures: number,
  now: number,
  random: number,
): number {
  const longest = Math.min(LONGEST_PAUSE, options.longestGap);
  const pause = growing(options.firstRetry / 2, failures, longest) * (1 - JITTER * random);
  return now + Math.round(pause);
}

function growing(first: number, times: number, longest: number): number {
  return Math.min(first * GROWTH ** Math.min(times - 1, 60), longest);
}
