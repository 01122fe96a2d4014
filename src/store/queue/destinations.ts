/**
 * The line of destinations: woken after mail was queued, found again when a process died between its commit and that, and moved
 * when a domain turns out to belong to another site.
 */
import type { Queryable } from '#store/query/queryable';
import { FIRST_CAP, IS_BULK } from './claim-text.ts';
import { LOCAL_SITE, type DestinationKey } from './enqueue.ts';

/** Makes destinations ready at a time, or earlier where they already were. Calendar milliseconds. */
export async function wakeDestinations(
  db: Queryable,
  destinations: readonly DestinationKey[],
  readyAt: number,
): Promise<void> {
  await db.query({
    name: 'wake_destinations',
    text: `
      insert into queue_destinations (site, stream, source_pool, ready_at, cap)
      select d.site, d.stream, d."sourcePool", $2, ${FIRST_CAP}
      from jsonb_to_recordset($1) as d(site text, stream text, "sourcePool" text)
      order by 1, 2, 3
      on conflict (site, stream, source_pool) do update set ready_at = excluded.ready_at
      where queue_destinations.ready_at > excluded.ready_at`,
    values: [JSON.stringify(destinations), new Date(readyAt)],
  });
}

/**
 * Finds destinations whose recipients are due earlier than their line says, and gives them their place.
 * Walks the index from destination to destination, so that its cost is that of destinations, not of recipients.
 * @param now calendar milliseconds: nobody gets a place before those who are in line
 */
export async function reconcileDestinations(db: Queryable, now: number): Promise<void> {
  await db.query({
    name: 'reconcile_destinations',
    text: `
      with recursive destination as (
        (select site, stream, source_pool, next_at from queue_claims where lease is null and held is null
         order by site, stream, source_pool, next_at limit 1)
        union all
        select n.* from destination d, lateral (
          select site, stream, source_pool, next_at from queue_claims
          where lease is null and held is null and (site, stream, source_pool) > (d.site, d.stream, d.source_pool)
          order by site, stream, source_pool, next_at limit 1) n)
      insert into queue_destinations (site, stream, source_pool, ready_at, cap)
      select site, stream, source_pool, greatest(next_at, $1), ${FIRST_CAP} from destination order by 1, 2, 3
      on conflict (site, stream, source_pool) do update set ready_at = excluded.ready_at
      where queue_destinations.ready_at > excluded.ready_at`,
    values: [new Date(now)],
  });
}

/**
 * When the next destination with room is ready, in calendar milliseconds; undefined when none is.
 * @param bulk false: those of bulk mail do not count
 */
export async function nextReadyAt(db: Queryable, bulk = true): Promise<number | undefined> {
  const first = (which: string): string =>
    `(select ready_at from queue_destinations where running < cap and ready_at < 'infinity' and ${which} order by ready_at limit 1)`;
  const { rows } = await db.query({
    name: 'next_ready_at',
    text: `select least(${first(`not ${IS_BULK}`)}, ${first(`${IS_BULK} and $1`)}) as at`,
    values: [bulk],
  });
  return (rows as { at: Date | null }[])[0]?.at?.getTime();
}

/**
 * Records the site of a domain and moves the domain's recipients there, those that wait and those of a lease.
 * @param token of the lease whose claim showed that the domain belongs elsewhere
 * @returns the destinations they are in now, to be woken
 */
export async function moveDomain(
  db: Queryable,
  domain: string,
  site: string,
  token: string,
  now: number,
): Promise<DestinationKey[]> {
  const { rows } = await db.query({
    name: 'move_domain',
    text: `
      with known as (
        insert into domain_sites (domain, site, seen_at) values ($1, $2, $4)
        on conflict (domain) do update set site = excluded.site, seen_at = excluded.seen_at),
      moved as (
        update queue_claims c set site = $2, lease = null
        from queue_recipients r
        where r.domain = $1 and c.message_id = r.message_id and c.recipient_id = r.recipient_id and c.site <> $2
          and (c.lease is null or c.lease = $3)
        returning c.site, c.stream, c.source_pool)
      select distinct site, stream, source_pool as "sourcePool" from moved`,
    values: [domain, site, token, new Date(now)],
  });
  return rows as DestinationKey[];
}

/**
 * Queues a recipient under its domain that was queued for a mailbox here, because the domain is not here any more: routed as any
 * other from now on.
 * @param token of the lease that holds the recipient; whoever lost it moves nothing
 * @returns the destination it is in now, to be woken
 */
export async function leaveHere(
  db: Queryable,
  { messageId, recipientId }: { readonly messageId: string; readonly recipientId: number },
  domain: string,
  token: string,
  now: number,
): Promise<DestinationKey[]> {
  const { rows } = await db.query({
    name: 'leave_here',
    text: `
      with moved as (
        update queue_claims set lease = null,
          site = coalesce((select nullif(site, '${LOCAL_SITE}') from domain_sites where domain = $3), $3)
        where message_id = $1 and recipient_id = $2 and lease = $4
        returning site, stream, source_pool, next_at),
      named as (
        update queue_recipients set domain = $3 from moved where message_id = $1 and recipient_id = $2
        returning tenant_id, forward_path),
      event as (
        insert into events (xid, id, at, type, message_id, recipient_id, tenant_id, fields, personal)
        select pg_current_xact_id(), nextval('event_ids'), $5, 'recipient.queued', $1, $2, tenant_id,
          jsonb_build_object('site', site, 'stream', stream, 'nextAt', next_at), jsonb_build_object('forwardPath', forward_path)
        from moved, named)
      select site, stream, source_pool as "sourcePool" from moved`,
    values: [messageId, recipientId, domain, token, new Date(now)],
  });
  return rows as DestinationKey[];
}
