/**
 * Claims: a worker takes a destination first, then recipients due there. A claim is a lease with a time: it is renewed while its
 * attempt lives and falls back to the queue when it is not. Any number of processes and machines claim from one database.
 *
 * Fair by construction: destinations are served in order of `ready_at`, and one that was served goes to the end of the line, so that
 * a dead or throttled site starves nobody. Leases use the clock of the database, schedules the calendar handed in.
 */
import type { Queryable } from '#store/blobs';
import { messagesFrom, messagesOf, type ClaimedMessage, type ClaimedRow } from './claimed.ts';
import { LOCAL_SITE, type DestinationKey } from './enqueue.ts';
import { hourEnd, PLANNED_CAP, planRoom, planUntil, takenInHour } from './pace.ts';

export { releaseLease, releasePlanned, type SiteMood } from './release.ts';
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
  /** They were taken out of a warm-up plan: no more are taken under this lease, and {@link releasePlanned} ends it. */
  readonly planned: boolean;
  /** Sources whose plan for the site is to begin, or has a day that is over: nothing goes from them until that was seen to. */
  readonly planDue: readonly string[];
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
    | (DestinationKey & {
        source: string | null;
        failures: number | null;
        count: number;
        planned: boolean | null;
        planDue: string[] | null;
      })
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
    planned: row.planned ?? false,
    planDue: row.planDue ?? [],
  };
}

/** The stream of the destination, as {@link planRoom} asks it. */
const IS_BULK = `d.stream = 'bulk'`;
const AT_A_GLANCE = { isBulk: IS_BULK, now: '$3', waiting: '0' };
/** Other mail for the site goes first: no more of it than the day allows is counted. */
const WAITING = `(select count(*)::integer from (
  select from queue_claims w
  where w.site = d.site and w.stream in ('transactional', 'dsn', 'forward') and w.source_pool = d.source_pool
    and w.lease is null and w.held is null and w.next_at <= $3
  limit l.plan_day) w)`;

/**
 * A destination whose sources are all blocked sleeps until the first is not; one whose sources are busy is looked at again soon.
 * `limit 1` has each limit looked up by its key: a join would be planned as a walk over those of all sites while there are few.
 * Where a warm-up plan holds, the row of the chosen source is locked before its room is counted, so that claims at once share it.
 */
const CLAIM = `
  with destination as (
    select site, stream, source_pool from queue_destinations
    where ready_at <= $3 and running < cap
    order by ready_at limit 1 for update skip locked),
  candidate as (
    select s.source, s.turn, coalesce(l.running, 0) as running, coalesce(l.failures, 0) as failures,
      coalesce(l.cap, ${FIRST_CAP}) as cap, l.plan_day is not null as planned,
      coalesce(l.running < case when l.plan_day is null then l.cap else least(l.cap, ${PLANNED_CAP}) end, true) as has_room,
      case when l.site is null then d.site <> '${LOCAL_SITE}' and d.site not like 'relay:%'
        and exists (select from warm_up_sources w where w.source = s.source)
        else coalesce(l.day_until <= $3, false) end as due,
      case when l.blocked_until > $3 then l.blocked_until end as blocked_until,
      case when l.plan_day is not null then ${planUntil(AT_A_GLANCE)} end as paced_until
    from destination d
      cross join lateral jsonb_array_elements_text(coalesce($5::jsonb -> d.source_pool, '[""]'::jsonb))
        with ordinality as s(source, turn)
      left join lateral (
        select * from site_limits where site = d.site and source = s.source limit 1) l on true),
  source as (
    select source, failures, planned from candidate
    where has_room and not due and blocked_until is null and paced_until is null order by running, turn limit 1),
  room as (
    select case when source.planned then least(coalesce(p.room, 0), $4) else $4 end as most
    from destination d cross join source left join lateral (
      select ${planRoom({ ...AT_A_GLANCE, waiting: WAITING })} as room from site_limits l
      where source.planned and l.site = d.site and l.source = source.source for update) p on true),
  due as (
    select c.message_id, c.recipient_id
    from destination d, source, lateral (
      select message_id, recipient_id from queue_claims
      where site = d.site and stream = d.stream and source_pool = d.source_pool
        and lease is null and held is null and next_at <= $3
      order by next_at limit (select most from room) for update skip locked) c),
  taken as (
    update queue_claims c set lease = $1 from due
    where c.message_id = due.message_id and c.recipient_id = due.recipient_id),
  counted as (
    select n, case when ${IS_BULK} then n else 0 end as bulk from destination d, (select count(*)::integer as n from due) c),
  lease as (
    insert into queue_leases (token, node, site, stream, source_pool, source, until, reserved)
    select $1, $2, d.site, d.stream, d.source_pool, source.source, clock_timestamp() + interval '${LEASE_SECONDS} seconds',
      case when source.planned then n else 0 end
    from destination d, source, counted where n > 0),
  limits as (
    insert into site_limits (site, source, running, cap)
    select d.site, source.source, 1, ${FIRST_CAP} from destination d, source, counted where n > 0
    on conflict (site, source) do update set running = site_limits.running + 1,
      day_taken = site_limits.day_taken + (select n from counted),
      day_bulk = site_limits.day_bulk + (select bulk from counted),
      hour_taken = ${takenInHour('site_limits', 'hour_taken', '$3')} + (select n from counted),
      hour_bulk = ${takenInHour('site_limits', 'hour_bulk', '$3')} + (select bulk from counted),
      hour_until = case when site_limits.hour_until <= $3 then ${hourEnd('$3')} else site_limits.hour_until end),
  served as (
    update queue_destinations q set
      running = running + (n > 0)::integer,
      cap = (select sum(cap)::integer from candidate),
      ready_at = case
        when not exists (select from source) then
          (select case when bool_and(not due and coalesce(blocked_until, paced_until) is not null)
            then min(greatest(blocked_until, paced_until)) else $6 end from candidate)
        when n = (select most from room) then case when n = 0 then $6 else $3 end
        else coalesce((select min(next_at) from queue_claims c
          where c.site = q.site and c.stream = q.stream and c.source_pool = q.source_pool
            and lease is null and held is null and next_at > $3), 'infinity') end,
      paced_until = case when not exists (select from source)
        then (select case when bool_and(not due and paced_until is not null) then min(paced_until) end from candidate) end
    from destination d, counted
    where q.site = d.site and q.stream = d.stream and q.source_pool = d.source_pool)
  select d.site, d.stream, d.source_pool as "sourcePool", source.source, source.failures, source.planned,
    (select array_agg(c.source) from candidate c where c.due) as "planDue", n as count, m.*
  from destination d cross join counted left join source on true left join (${messagesFrom('due')}) m on true`;

export interface More {
  readonly messages: readonly ClaimedMessage[];
  /** Recipients taken; `limit` of them means that more may be due. */
  readonly count: number;
}

/**
 * Takes more of the same destination under a lease that is held, and renews it. Under a warm-up plan there is no more.
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
    returning site, stream, source_pool, reserved),
  due as (
    select c.message_id, c.recipient_id
    from lease l, lateral (
      select message_id, recipient_id from queue_claims
      where site = l.site and stream = l.stream and source_pool = l.source_pool
        and lease is null and held is null and next_at <= $2
      order by next_at limit $3 for update skip locked) c
    where l.reserved = 0),
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
