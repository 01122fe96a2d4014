/**
 * The end of a lease: what it still held is due again, the room of its site follows how the site took what it brought, and a warm-up plan
 * gets back what was not used and hears of the replies.
 */
import type { Queryable } from '#store/query/queryable';

/** How a site took what a lease brought, so that the number of attempts at once follows it. */
export type SiteMood =
  | { readonly kind: 'accepts' }
  | { readonly kind: 'defers'; readonly pause: SitePause | undefined }
  | { readonly kind: 'neutral' };

/** A site is left alone for a while. Calendar milliseconds. */
export interface SitePause {
  /** Who asks the site again after this (`retry`, `route set`) lifts the pause. */
  readonly heardAt: number;
  readonly until: number;
}

const MAX_CAP = 20;
/** Leases that went well before one more attempt at once is allowed. */
const SUCCESSES_TO_GROW = 2;

/**
 * Ends a lease: what it still held is due again, and the destination goes to the end of the line.
 * @param now calendar milliseconds
 * @returns false when the lease had already expired and was given back by others
 */
export async function releaseLease(
  db: Queryable,
  token: string,
  mood: SiteMood,
  now: number,
): Promise<boolean> {
  const { rows } = await db.query({
    name: 'release_lease',
    text: RELEASE_LEASE,
    values: releaseValues(token, mood, now),
  });
  return rows.length > 0;
}

function releaseValues(token: string, mood: SiteMood, now: number): unknown[] {
  const pause = mood.kind === 'defers' ? mood.pause : undefined;
  const [until, heardAt] = pause ? [new Date(pause.until), new Date(pause.heardAt)] : [null, null];
  return [token, mood.kind, until, new Date(now), heardAt];
}

/** What a lease under a warm-up plan heard, in recipients, as `mail/warm-up/plan.ts` says. */
export interface HeardReplies {
  readonly taken: number;
  readonly delivered: number;
  readonly deferred: number;
  readonly slowed: number;
  readonly refused: number;
  readonly bounced: number;
}

/** The day of the plan so far, these replies included. */
export interface PlannedDay extends HeardReplies {
  readonly day: number;
  readonly rests: number;
  /** Calendar milliseconds; undefined: the plan does not hold any more. */
  readonly until: number | undefined;
}

/**
 * Ends a lease that was taken out of a warm-up plan: what it did not use goes back, what it heard is counted.
 * A lease that ends by {@link releaseLease}, because nobody knows what became of it, gives nothing back.
 * @returns undefined when the lease was given back by others, or the plan is gone
 */
export async function releasePlanned(
  db: Queryable,
  token: string,
  mood: SiteMood,
  heard: HeardReplies,
  now: number,
): Promise<PlannedDay | undefined> {
  const { taken, delivered, deferred, slowed, refused, bounced } = heard;
  const { rows } = await db.query({
    name: 'release_planned',
    text: RELEASE_PLANNED,
    values: [
      ...releaseValues(token, mood, now),
      taken,
      delivered,
      deferred,
      slowed,
      refused,
      bounced,
    ],
  });
  const found = (rows as (Omit<PlannedDay, 'until'> & { until: Date | null })[])[0];
  if (!found || found.day === null) return undefined;
  return { ...found, until: found.until?.getTime() };
}

/**
 * One more at once after some successes, half as many after a deferral, never less than one; the destination has as many as its sources
 * have together, which the next claim counts anew. A pause that somebody lifted after it was heard is not made again. The limits are looked up by
 * values, not joined: a plan that was made while there were few walks over those of all sites. The two look-ups of the next due time
 * are apart, so that each has its own index. The destination is locked before its limits, as a claim does. The commit does not wait
 * for the disk: who crashes before it is written finds the lease again, and gives it back when it ends.
 */
const RELEASE_LEASE = releasing('', '', 'q.site');

/** Recipients that the lease took out of the plan and nobody tried. */
const UNUSED = 'greatest((select reserved from lease) - $6, 0)';

/** The day is locked after the limits, as where a plan is judged. */
const RELEASE_PLANNED = releasing(
  ['day', 'hour']
    .map(
      (window) => `,
      ${window}_taken = greatest(l.${window}_taken - ${UNUSED}, 0),
      ${window}_bulk = greatest(l.${window}_bulk - case when (select stream from lease) = 'bulk' then ${UNUSED} else 0 end, 0)`,
    )
    .join(''),
  `
  counted as (
    update warm_up_days w set taken = w.taken + $6, delivered = w.delivered + $7, deferred = w.deferred + $8,
      slowed = w.slowed + $9, refused = w.refused + $10, bounced = w.bounced + $11
    from limits, warm_up_plans p
    where p.site = limits.site and p.source = limits.source and w.site = p.site and w.source = p.source and w.day = p.day
    returning w.*, limits.day_until),`,
  `(select day from counted), (select taken from counted), (select delivered from counted), (select deferred from counted),
    (select slowed from counted), (select refused from counted), (select bounced from counted), (select rests from counted),
    (select nullif(day_until, 'infinity') from counted) as until`,
);

/**
 * @param limits further columns of site_limits that are set
 * @param counted further parts that see them
 * @param answered what is answered of a destination that was freed
 */
function releasing(limits: string, counted: string, answered: string): string {
  return `
  with lease as (
    delete from queue_leases where token = $1 returning *),
  destination as (
    select from queue_destinations q, lease
    where q.site = lease.site and q.stream = lease.stream and q.source_pool = lease.source_pool
    for no key update of q),
  limits as (
    update site_limits l set
      running = greatest(l.running - 1, 0),
      successes = case when $2 = 'accepts' then (l.successes + 1) % ${SUCCESSES_TO_GROW} when $2 = 'defers' then 0 else l.successes end,
      failures = case when $2 = 'accepts' then 0 when $2 = 'defers' then l.failures + 1 else l.failures end,
      cap = case
        when $2 = 'accepts' and l.successes + 1 >= ${SUCCESSES_TO_GROW} then least(l.cap + 1, ${MAX_CAP})
        when $2 = 'defers' then greatest(l.cap / 2, 1)
        else l.cap end,
      blocked_until = case
        when $2 = 'accepts' then null
        when l.blocked_until > $5 and l.blocked_until <= $4 then l.blocked_until
        else greatest($3, l.blocked_until) end${limits}
    where l.site = (select site from lease) and l.source = (select source from lease) and exists (select from destination)
    returning l.site, l.source, l.cap, l.day_until),${counted}
  freed as (
    update queue_claims set lease = null where lease = $1 returning next_at, held)
  update queue_destinations q set
    running = greatest(q.running - 1, 0),
    cap = greatest(q.cap + coalesce((
      select limits.cap - (select cap from site_limits l where l.site = limits.site and l.source = limits.source) from limits), 0), 1),
    ready_at = greatest($4, least(q.ready_at,
      (select min(next_at) from queue_claims c
       where c.site = q.site and c.stream = q.stream and c.source_pool = q.source_pool and held is null and lease is null),
      (select min(next_at) from freed where held is null)))
  from lease, (select set_config('synchronous_commit', 'off', true)) as without_disk
  where q.site = lease.site and q.stream = lease.stream and q.source_pool = lease.source_pool
  returning ${answered}`;
}
