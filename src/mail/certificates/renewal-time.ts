/**
 * When certificates are renewed, when an order that failed is made again, and from when on a certificate is a worry. Pure: chance comes in
 * as a number from 0 to 1. Times are calendar milliseconds.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

/**
 * When two thirds of its life are over, or up to a thirtieth of it before: of 90 days from the 57th to the 60th. Many servers that got
 * theirs at one time do not come back at one time.
 */
export function renewalTime({ notBefore, notAfter }: Validity, chance: number): number {
  const lifetime = notAfter - notBefore;
  return Math.round(notBefore + (lifetime * 2) / 3 - (chance * lifetime) / 30);
}

/** RFC 9773 §4.2: any time in the window that the authority suggests; one that has passed means at once. */
export function suggestedTime(
  { start, end }: { readonly start: number; readonly end: number },
  chance: number,
): number {
  return Math.round(start + chance * Math.max(0, end - start));
}

/** RFC 9773 §4.3: when renewal information is asked for again. @param retryAfter milliseconds */
export function askRenewalAgain(retryAfter: number | undefined, now: number): number {
  return now + Math.min(Math.max(retryAfter ?? 6 * HOUR, MINUTE), DAY);
}

export interface FailedOrder {
  /** In a row, this one counted. */
  readonly failures: number;
  /** The authority is out of reach or out of order: nothing counted against us. */
  readonly isTheirs: boolean;
  readonly isRateLimited: boolean;
  /** The authority was not even asked: it costs nothing to look again. */
  readonly wasAsked: boolean;
  /** Milliseconds; as the authority said. */
  readonly retryAfter: number | undefined;
}

/**
 * When an order that failed is made again: after 20 minutes, then twice as long each time, up to half a day. Let’s Encrypt
 * allows five failed validations an hour for a name. Where the fault is theirs, after 5 minutes; where nobody was asked, within the hour.
 */
export function nextAttempt(
  { failures, isTheirs, isRateLimited, wasAsked, retryAfter = 0 }: FailedOrder,
  now: number,
  chance: number,
): number {
  const first = isRateLimited ? HOUR : isTheirs || !wasAsked ? 5 * MINUTE : 20 * MINUTE;
  const growing = Math.min(first * 2 ** Math.min(failures - 1, 20), wasAsked ? 12 * HOUR : HOUR);
  return Math.round(now + Math.max(growing, retryAfter) * (1 + chance / 4));
}

/** How well a certificate stands by the time that is left to it. */
export type Standing = 'good' | 'soon' | 'urgent' | 'expired';

/**
 * `soon` when it should have been renewed long ago: 21 days before its end, or a quarter of a short life; `urgent` a
 * third of that before its end.
 */
export function standingOf({ notBefore, notAfter }: Validity, now: number): Standing {
  const left = notAfter - now;
  if (left <= 0) return 'expired';
  const soon = Math.min(21 * DAY, (notAfter - notBefore) / 4);
  if (left > soon) return 'good';
  return left > soon / 3 ? 'soon' : 'urgent';
}

/** Whole days that are left; negative after the end. */
export function daysLeft({ notAfter }: Validity, now: number): number {
  return Math.floor((notAfter - now) / DAY);
}

/** Certificates for exactly the same names: Let’s Encrypt issues five in seven days, and then none for days. */
export const SAME_NAMES = { most: 4, within: 7 * DAY } as const;
