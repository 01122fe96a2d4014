/**
 * What a plan does at once, while its day goes on: a site that says that we send too much is left alone for a while, one that blocks us for
 * good until a person has looked. Pure; asked after each attempt by `keeper.ts`.
 */
import type { DayReplies } from './plan.ts';

const HOUR = 3_600_000;
/** Bulk mail rests so long after the first word of that kind; after the next one for the rest of the day. */
const BULK_REST = 4 * HOUR;
/** Other mail is tried again after this, then after twice as long each time. */
const FIRST_REST = HOUR / 2;

/** Refusals of this share of the day, and at least so many, mean that the site wants nothing from us. */
const BLOCKED = { share: 0.1, least: 2 };

export type Reaction =
  | { readonly kind: 'go-on' }
  /** Calendar milliseconds. */
  | { readonly kind: 'rest'; readonly until: number; readonly bulkUntil: number }
  | { readonly kind: 'stop' };

/**
 * @param heard in the attempt that just ended
 * @param day all of the day, that attempt included
 * @param rests so far in this day
 * @param endsAt of the day, in calendar milliseconds as `now`
 */
export function reactTo(
  heard: Pick<DayReplies, 'slowed' | 'refused'>,
  day: Pick<DayReplies, 'refused' | 'taken'>,
  rests: number,
  now: number,
  endsAt: number,
): Reaction {
  const { refused, taken } = day;
  if (heard.refused > 0 && refused >= BLOCKED.least && refused >= taken * BLOCKED.share) {
    return { kind: 'stop' };
  }
  if (heard.slowed === 0) return { kind: 'go-on' };
  const bulkUntil = rests === 0 ? Math.min(now + BULK_REST, endsAt) : endsAt;
  const until = Math.min(now + FIRST_REST * 2 ** Math.min(rests, 10), endsAt);
  return { kind: 'rest', until, bulkUntil };
}
