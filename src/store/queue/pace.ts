/**
 * What warm-up plans leave for a claim, as SQL on a row `l` of site_limits; `mail/warm-up/room.ts` has the same as a function. Where no plan is,
 * nothing more than a look at a null is done. A day that is over leaves nothing until it was judged (`store/warm-up.ts`).
 */

/** Attempts at once for a site and source under a plan. */
export const PLANNED_CAP = 2;

/** One in so many recipients of a day, and of an hour, is kept for mail that is not bulk. */
export const KEPT = 5;

interface Terms {
  /** An SQL condition: the stream is bulk. */
  readonly isBulk: string;
  /** The time as SQL. */
  readonly now: string;
  /** How many recipients of other streams are due, as SQL. */
  readonly waiting: string;
}

/** Recipients that may go now. */
export function planRoom(terms: Terms): string {
  return `case when l.day_until <= ${terms.now} or ${restOf(terms)} > ${terms.now} then 0
    else greatest(least(${dayRoom(terms)}, ${hourRoom(terms)}), 0) end`;
}

/** Until when nothing may go, where that is now; else null. */
export function planUntil(terms: Terms): string {
  return `case
    when ${restOf(terms)} > ${terms.now} then ${restOf(terms)}
    when ${dayRoom(terms)} <= 0 then l.day_until
    when ${hourRoom(terms)} <= 0 then least(l.hour_until, l.day_until) end`;
}

function restOf({ isBulk }: Terms): string {
  return `case when ${isBulk} then greatest(l.bulk_rest_until, l.rest_until) else l.rest_until end`;
}

function dayRoom(terms: Terms): string {
  return windowRoom('l.plan_day', 'l.day_taken', 'l.day_bulk', terms);
}

function hourRoom(terms: Terms): string {
  const taken = takenInHour('l', 'hour_taken', terms.now);
  return windowRoom('l.plan_hour', taken, takenInHour('l', 'hour_bulk', terms.now), terms);
}

/** Of the hour of the time: in a new one what leases took before and have not sent. */
export function takenInHour(row: string, column: 'hour_taken' | 'hour_bulk', now: string): string {
  return `case when ${row}.hour_until <= ${now} then ${underWay(row, column === 'hour_bulk')} else ${row}.${column} end`;
}

/** Recipients that leases hold of the plan of a row. */
export function underWay(row: string, bulkOnly: boolean): string {
  return `(select coalesce(sum(reserved), 0)::integer from queue_leases
    where site = ${row}.site and source = ${row}.source${bulkOnly ? ` and stream = 'bulk'` : ''})`;
}

function windowRoom(most: string, taken: string, bulk: string, { isBulk, waiting }: Terms): string {
  return `(${most} - (${taken}) - case when ${isBulk}
    then greatest(${most} / ${KEPT} - ((${taken}) - (${bulk})), ${waiting}, 0) else 0 end)`;
}

/** The end of the hour of a time. */
export function hourEnd(now: string): string {
  return `date_bin('1 hour', ${now}::timestamptz, timestamptz '1970-01-01 00:00:00+00') + interval '1 hour'`;
}
