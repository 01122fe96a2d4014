/**
 * Claims: a worker takes a destination first, then recipients due there. A claim is a lease with a time: it is renewed while its
 * attempt lives and falls back to the queue when it is not. Any number of processes and machines claim from one database.
 *
 * Fair by construction: destinations are served in order of `ready_at`, and one that was served goes to the end of the line, so that
 * a dead or throttled site starves nobody. Leases use the clock of the database, schedules the calendar handed in.
 */
import type { Queryable } from '#store/blobs';
import { messagesFrom, messagesOf, type ClaimedMessage, type ClaimedRow } from './claimed.ts';
import type { DestinationKey } from './enqueue.ts';

export { claimedMessages, type ClaimedMessage, type ClaimedRecipient } from './claimed.ts';

/** How long a lease lasts unless it is renewed. Seconds. */
export const LEASE_SECONDS = 120;
/** Attempts at once per site and source before anything is known about it. */
export const FIRST_CAP = 4;
/** When all sources of a destination are busy or blocked, look again after this. Milliseconds. */
const BUSY_PAUSE = 1000;

export interface ClaimRequest {
  /** Unique for each claim; names the lease. */
  readonly token: string;
  readonly node: string;
  /** Calendar milliseconds. */
  readonly now: number;
  /** At most this many recipients. */
  readonly limit: number;
  /** The source addresses of each pool, of equally busy ones the first is taken; '' lets the system choose. */
  readonly sources: Readonly<Record<string, readonly string[]>>;
}

export interface Claim extends DestinationKey {
  readonly token: string;
  readonly source: string;
  /** Leases in a row that ended with a failure of the site. */
  readonly failures: number;
  readonly messages: readonly ClaimedMessage[];
  /** How many recipients were taken; `limit` of them means that more may be due. */
  readonly count: number;
}

/**
 * Takes the destination whose turn it is and what is due there.
 * @returns undefined when no destination is ready; a claim without messages when one was, but had nothing to give now (ask again)
 */
export async function claim(db: Queryable, request: ClaimRequest): Promise<Claim | undefined> {
  const { rows } = await db.query({
    name: 'claim',
    text: CLAIM,
    values: [
      request.token,
      request.node,
      new Date(request.now),
      request.limit,
      JSON.stringify(request.sources),
      new Date(request.now + BUSY_PAUSE),
    ],
  });
  const row = rows[0] as
    | (DestinationKey & { source: string | null; failures: number | null; count: number })
    | undefined;
  if (!row) return undefined;
  return {
    token: request.token,
    site: row.site,
    stream: row.stream,
    sourcePool: row.sourcePool,
    source: row.source ?? '',
    failures: row.failures ?? 0,
    messages: row.count > 0 ? messagesOf(rows as ClaimedRow[]) : [],
    count: row.count,
  };
}

/**
 * A destination whose sources are all blocked sleeps until the first is not; one whose sources are busy is looked at again soon.
 * `limit 1` has each limit looked up by its key: a join would be planned as a walk over those of all sites while there are few.
 */
const CLAIM = `
  with destination as (
    select site, stream, source_pool from queue_destinations
    where ready_at <= $3 and running < cap
    order by ready_at limit 1 for update skip locked),
  candidate as (
    select s.source, s.turn, coalesce(l.running, 0) as running, coalesce(l.failures, 0) as failures,
      coalesce(l.cap, ${FIRST_CAP}) as cap, coalesce(l.running < l.cap, true) as has_room, coalesce(l.blocked_until > $3, false) as blocked, l.blocked_until
    from destination d
      cross join lateral jsonb_array_elements_text(coalesce($5::jsonb -> d.source_pool, '[""]'::jsonb))
        with ordinality as s(source, turn)
      left join lateral (
        select * from site_limits where site = d.site and source = s.source limit 1) l on true),
  source as (
    select source, failures from candidate where has_room and not blocked order by running, turn limit 1),
  due as (
    select c.message_id, c.recipient_id
    from destination d, source, lateral (
      select message_id, recipient_id from queue_claims
      where site = d.site and stream = d.stream and source_pool = d.source_pool
        and lease is null and held is null and next_at <= $3
      order by next_at limit $4 for update skip locked) c),
  taken as (
    update queue_claims c set lease = $1 from due
    where c.message_id = due.message_id and c.recipient_id = due.recipient_id),
  counted as (
    select count(*)::integer as n from due),
  lease as (
    insert into queue_leases (token, node, site, stream, source_pool, source, until)
    select $1, $2, d.site, d.stream, d.source_pool, source.source, clock_timestamp() + interval '${LEASE_SECONDS} seconds'
    from destination d, source, counted where n > 0),
  limits as (
    insert into site_limits (site, source, running, cap)
    select d.site, source.source, 1, ${FIRST_CAP} from destination d, source, counted where n > 0
    on conflict (site, source) do update set running = site_limits.running + 1),
  served as (
    update queue_destinations q set
      running = running + (n > 0)::integer,
      cap = (select sum(cap)::integer from candidate),
      ready_at = case
        when not exists (select from source) then
          (select case when bool_and(blocked) then min(blocked_until) else $6 end from candidate)
        when n = $4 then $3
        else coalesce((select min(next_at) from queue_claims c
          where c.site = q.site and c.stream = q.stream and c.source_pool = q.source_pool
            and lease is null and held is null and next_at > $3), 'infinity') end
    from destination d, counted
    where q.site = d.site and q.stream = d.stream and q.source_pool = d.source_pool)
  select d.site, d.stream, d.source_pool as "sourcePool", source.source, source.failures, n as count, m.*
  from destination d cross join counted left join source on true left join (${messagesFrom('due')}) m on true`;

export interface More {
  readonly messages: readonly ClaimedMessage[];
  /** Recipients taken; `limit` of them means that more may be due. */
  readonly count: number;
}

/**
 * Takes more of the same destination under a lease that is held, and renews it.
 * @returns undefined when the lease was lost; nothing where no more is due
 */
export async function claimMore(
  db: Queryable,
  token: string,
  now: number,
  limit: number,
): Promise<More | undefined> {
  const { rows } = await db.query({
    name: 'claim_more',
    text: CLAIM_MORE,
    values: [token, new Date(now), limit],
  });
  const { held, count } = rows[0] as { held: boolean; count: number };
  if (!held) return undefined;
  return { messages: count > 0 ? messagesOf(rows as ClaimedRow[]) : [], count };
}

const CLAIM_MORE = `
  with lease as (
    update queue_leases set until = clock_timestamp() + interval '${LEASE_SECONDS} seconds'
    where token = $1 and until > clock_timestamp()
    returning site, stream, source_pool),
  due as (
    select c.message_id, c.recipient_id
    from lease l, lateral (
      select message_id, recipient_id from queue_claims
      where site = l.site and stream = l.stream and source_pool = l.source_pool
        and lease is null and held is null and next_at <= $2
      order by next_at limit $3 for update skip locked) c),
  taken as (
    update queue_claims c set lease = $1 from due
    where c.message_id = due.message_id and c.recipient_id = due.recipient_id)
  select exists (select from lease) as held, (select count(*)::integer from due) as count, m.*
  from (select) as always left join (${messagesFrom('due')}) m on true`;

/** Makes a lease last from now on; false when it was already given to others. */
export async function renewLease(db: Queryable, token: string): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'renew_lease',
    text: `update queue_leases set until = clock_timestamp() + interval '${LEASE_SECONDS} seconds'
           where token = $1 and until > clock_timestamp()`,
    values: [token],
  });
  return rowCount === 1;
}

/** How a site took what a lease brought, so that the number of attempts at once follows it. */
export type SiteMood =
  | { readonly kind: 'accepts' }
  | { readonly kind: 'defers'; readonly blockedUntil: number | undefined }
  | { readonly kind: 'neutral' };

const MAX_CAP = 20;
/** Leases that went well before one more attempt at once is allowed. */
const SUCCESSES_TO_GROW = 2;

/**
 * Ends a lease: what it still held is due again, and the destination's line moves on.
 * @returns false when the lease had already expired and was given back by others
 */
export async function releaseLease(db: Queryable, token: string, mood: SiteMood): Promise<boolean> {
  const blockedUntil = mood.kind === 'defers' ? mood.blockedUntil : undefined;
  const { rows } = await db.query({
    name: 'release_lease',
    text: RELEASE_LEASE,
    values: [token, mood.kind, blockedUntil === undefined ? null : new Date(blockedUntil)],
  });
  return rows.length > 0;
}

/**
 * One more at once after some successes, half as many after a deferral, never less than one; the destination has as many as its sources
 * have together, which the next claim counts anew. The two look-ups of the next due time
 * are apart, so that each has its own index. The destination is locked before its limits, as a claim does. The commit does not wait
 * for the disk: who crashes before it is written finds the lease again, and gives it back when it ends.
 */
const RELEASE_LEASE = `
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
      blocked_until = case when $2 = 'accepts' then null else greatest($3, l.blocked_until) end
    from lease, destination where l.site = lease.site and l.source = lease.source
    returning l.site, l.source, l.cap),
  freed as (
    update queue_claims set lease = null where lease = $1 returning next_at, held)
  update queue_destinations q set
    running = greatest(q.running - 1, 0),
    cap = greatest(q.cap + coalesce((select limits.cap - l.cap from limits join site_limits l using (site, source)), 0), 1),
    ready_at = least(q.ready_at,
      (select min(next_at) from queue_claims c
       where c.site = q.site and c.stream = q.stream and c.source_pool = q.source_pool and held is null and lease is null),
      (select min(next_at) from freed where held is null))
  from lease, (select set_config('synchronous_commit', 'off', true)) as without_disk
  where q.site = lease.site and q.stream = lease.stream and q.source_pool = lease.source_pool
  returning q.site`;

/** The leases that nobody renewed, to be released; their workers are gone or stand still. */
export async function expiredLeases(db: Queryable): Promise<string[]> {
  const { rows } = await db.query({
    name: 'expired_leases',
    text: 'select token from queue_leases where until <= clock_timestamp() order by until limit 100',
    values: [],
  });
  return rows.map(({ token }: { token: string }) => token);
}

/** Every lease with the name of who holds it. */
export async function heldLeases(db: Queryable): Promise<{ token: string; node: string }[]> {
  const { rows } = await db.query({ text: 'select token, node from queue_leases', values: [] });
  return rows as { token: string; node: string }[];
}
