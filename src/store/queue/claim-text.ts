/**
 * The statement of a claim, in two forms: one that never asks a warm-up plan, and one that does where it has to. It takes a destination
 * that is ready, one of its sources that has room, and what is due there; makes the lease; and puts the destination back in line.
 *
 * `$1` token · `$2` node · `$3` now · `$4` most recipients · `$5` source addresses by pool · `$6` when to look again at a busy
 * destination · `$7` whether bulk mail is taken
 */
import { messagesFrom } from './claimed.ts';
import { LOCAL_SITE } from './enqueue.ts';
import { hourEnd, PLANNED_CAP, planRoom, planUntil, takenInHour } from './pace.ts';

/** How long a lease lasts unless it is renewed. Seconds. */
export const LEASE_SECONDS = 120;
/** Attempts at once per site and source before anything is known about it. */
export const FIRST_CAP = 4;

/** Which destinations, as SQL: personal mail goes before bulk mail (docs/decisions/0048). */
export const IS_BULK = `stream = 'bulk'`;

/** The stream of the destination, as {@link planRoom} asks it. */
const GOES_IN_BULK = `d.${IS_BULK}`;
const AT_A_GLANCE = { isBulk: GOES_IN_BULK, now: '$3', waiting: '0' };
/**
 * Of a destination with bulk mail: other mail for its site is due, or looks again in a moment since the site had no room. `offset 0` has
 * the few of the site looked up, not walked along the line of all that are ready.
 */
export function givesWay(destination: string, until: string): string {
  return `(${destination}.${IS_BULK} and exists (
    select from (select * from queue_destinations where site = ${destination}.site offset 0) o
    where not o.${IS_BULK} and o.ready_at <= ${until} and o.running < o.cap))`;
}
/** Attempts at once: bulk mail leaves one for other mail, where there are several. */
const CAP = `case when d.${IS_BULK} then greatest(l.cap - 1, 1) else l.cap end`;
/** Other mail for the site goes first: no more of it than the day allows is counted. */
const WAITING = `(select count(*)::integer from (
  select from queue_claims w
  where w.site = d.site and w.stream in ('transactional', 'dsn', 'forward') and w.source_pool = d.source_pool
    and w.lease is null and w.held is null and w.next_at <= $3
  limit l.plan_day) w)`;
/** The source is new everywhere, and this is its first mail to the site. */
const IS_NEW = `(l.site is null and d.site <> '${LOCAL_SITE}' and d.site not like 'relay:%'
  and exists (select from warm_up_sources w where w.source = s.source))`;

interface ClaimText {
  /** Further columns of candidates. */
  readonly candidate: string;
  readonly cap: string;
  /** Which candidates can be chosen, besides having room. */
  readonly usable: string;
  /** How many recipients may be taken; a part of its own before, where it is not the limit of the claim. */
  readonly room: string;
  readonly most: string;
  readonly reserved: string;
  /** Further columns of the limits that are set. */
  readonly limits: string;
  /** When to look again without a source, and after all that may be taken was. */
  readonly unserved: string;
  readonly served: string;
  /** Further columns of the destination. */
  readonly destination: string;
  readonly where: string;
  readonly answer: string;
}

/**
 * A destination whose sources are all blocked sleeps until the first is not; one whose sources are busy is looked at again soon.
 * `limit 1` has each limit looked up by its key: a join would be planned as a walk over those of all sites while there are few.
 */
function claiming(text: ClaimText): string {
  return `
  with personal as (
    select site, stream, source_pool from queue_destinations
    where ready_at <= $3 and running < cap and not ${IS_BULK}
    order by ready_at limit 1 for update skip locked),
  bulk as (
    select site, stream, source_pool from queue_destinations
    where $7 and not exists (select from personal) and ready_at <= $3 and running < cap and ${IS_BULK}
    order by ready_at limit 1 for update skip locked),
  destination as (select * from personal union all select * from bulk),
  candidate as (
    select s.source, s.turn, coalesce(l.running, 0) as running, coalesce(l.failures, 0) as failures,
      coalesce(l.cap, ${FIRST_CAP}) as cap, coalesce(l.running < ${text.cap}, true) and not ${givesWay('d', '$6')} as has_room,
      coalesce(l.blocked_until > $3, false) as blocked, l.blocked_until, ${text.candidate}
    from destination d
      cross join lateral jsonb_array_elements_text(coalesce($5::jsonb -> d.source_pool, '[""]'::jsonb))
        with ordinality as s(source, turn)
      left join lateral (
        select * from site_limits where site = d.site and source = s.source limit 1) l on true),
  source as (
    select * from candidate where has_room and not blocked and ${text.usable} order by running, turn limit 1),${text.room}
  due as (
    select c.message_id, c.recipient_id, c.next_at as turn
    from destination d, source, lateral (
      select message_id, recipient_id, next_at from queue_claims
      where site = d.site and stream = d.stream and source_pool = d.source_pool
        and lease is null and held is null and next_at <= $3
      order by next_at limit ${text.most} for update skip locked) c),
  taken as (
    update queue_claims c set lease = $1 from due
    where c.message_id = due.message_id and c.recipient_id = due.recipient_id),
  counted as (
    select count(*)::integer as n from due),
  lease as (
    insert into queue_leases (token, node, site, stream, source_pool, source, until, reserved)
    select $1, $2, d.site, d.stream, d.source_pool, source.source, clock_timestamp() + interval '${LEASE_SECONDS} seconds',
      ${text.reserved}
    from destination d, source, counted where n > 0),
  limits as (
    insert into site_limits (site, source, running, cap)
    select d.site, source.source, 1, ${FIRST_CAP} from destination d, source, counted where n > 0
    on conflict (site, source) do update set running = site_limits.running + 1${text.limits}),
  served as (
    update queue_destinations q set
      running = running + (n > 0)::integer,
      cap = (select sum(cap)::integer from candidate),
      ready_at = case
        when not exists (select from source) then ${text.unserved}
        when n = ${text.most} then ${text.served}
        else coalesce((select min(next_at) from queue_claims c
          where c.site = q.site and c.stream = q.stream and c.source_pool = q.source_pool
            and lease is null and held is null and next_at > $3), 'infinity') end${text.destination}
    from destination d, counted
    where q.site = d.site and q.stream = d.stream and q.source_pool = d.source_pool${text.where})
  select d.site, d.stream, d.source_pool as "sourcePool", source.source, source.failures, n as count, ${text.answer}, m.*
  from (select set_config('synchronous_commit', 'off', true)) as without_disk cross join destination d cross join counted
    left join source on true left join (${messagesFrom('due')}) m on true`;
}

/** Takes nothing, and changes nothing, where a warm-up plan has to be asked. */
export const CLAIM = claiming({
  candidate: `(l.plan_day is not null or ${IS_NEW}) as paced`,
  cap: CAP,
  usable: 'not exists (select from candidate where paced)',
  room: '',
  most: '$4',
  reserved: '0',
  limits: '',
  unserved:
    '(select case when bool_and(blocked) then min(blocked_until) else $6 end from candidate)',
  served: '$3',
  destination: '',
  where: ' and not exists (select from candidate where paced)',
  answer: 'exists (select from candidate where paced) as paced',
});

/** The limits of the chosen source are locked before its room is counted, so that claims at once share the plan. */
export const CLAIM_PACED = claiming({
  candidate: `l.plan_day is not null as planned, ${IS_NEW} or coalesce(l.day_until <= $3, false) as due,
      case when l.plan_day is not null then ${planUntil(AT_A_GLANCE)} end as paced_until`,
  cap: `case when l.plan_day is null then ${CAP} else least(l.cap, ${PLANNED_CAP}) end`,
  usable: 'not due and paced_until is null',
  room: `
  room as (
    select case when source.planned then least(coalesce(p.room, 0), $4) else $4 end as most
    from destination d cross join source left join lateral (
      select ${planRoom({ ...AT_A_GLANCE, waiting: WAITING })} as room from site_limits l
      where source.planned and l.site = d.site and l.source = source.source for update) p on true),`,
  most: '(select most from room)',
  reserved: 'case when source.planned then n else 0 end',
  limits: `,
      day_taken = site_limits.day_taken + (select n from counted),
      day_bulk = site_limits.day_bulk + (select case when ${GOES_IN_BULK} then n else 0 end from destination d, counted),
      hour_taken = ${takenInHour('site_limits', 'hour_taken', '$3')} + (select n from counted),
      hour_bulk = ${takenInHour('site_limits', 'hour_bulk', '$3')}
        + (select case when ${GOES_IN_BULK} then n else 0 end from destination d, counted),
      hour_until = case when site_limits.hour_until <= $3 then ${hourEnd('$3')} else site_limits.hour_until end`,
  unserved: `(select case when bool_and(not due and (blocked or paced_until is not null))
          then min(greatest(case when blocked then blocked_until end, paced_until)) else $6 end from candidate)`,
  served: 'case when n = 0 then $6 else $3 end',
  destination: `,
      paced_until = case when not exists (select from source)
        then (select case when bool_and(not due and paced_until is not null) then min(paced_until) end from candidate) end`,
  where: '',
  answer: `source.planned, (select array_agg(c.source) from candidate c where c.due) as "planDue"`,
});
