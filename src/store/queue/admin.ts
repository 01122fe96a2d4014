/**
 * What an operator sees and does of the queue. Every change is an event of the recipients it touches, and puts their destinations in
 * line; callers say `queue` afterwards, so that workers look at once.
 */
import type { Queryable } from '#store/query/queryable';
import { wakeDestinations } from './destinations.ts';
import { LOCAL_SITE, type DestinationKey } from './enqueue.ts';
import { SELECTED, selected, type QueueSelection } from './selection.ts';

export type { QueueSelection } from './selection.ts';

/**
 * - `waiting`: not tried yet
 * - `deferred`: tried, and to be tried again
 * - `active`: an attempt is under way
 * - `held`: waits for a release
 */
export type QueueStatus = 'waiting' | 'deferred' | 'active' | 'held';

export interface QueuedRecipient {
  readonly messageId: string;
  readonly recipientId: number;
  readonly forwardPath: string;
  /** Null is the null reverse-path. */
  readonly reversePath: string | null;
  readonly domain: string;
  readonly site: string;
  readonly stream: string;
  readonly status: QueueStatus;
  /** Why it waits for a release. */
  readonly held: string | null;
  readonly attempts: number;
  readonly nextAt: Date;
  /** A warm-up plan held its destination back when it was last looked at, until then; calendar milliseconds, Infinity: until a person lets it go on. */
  readonly pacedUntil: number | null;
  readonly lastAttemptAt: Date | null;
  readonly lastReply: string | null;
  readonly lastStatus: string | null;
  readonly arrivedAt: Date;
  readonly expiresAt: Date;
  /** Octets of the message. */
  readonly size: number;
}

/** The domain of a recipient, that of a mailbox here too. */
const DOMAIN = `case when r.domain = '' then substring(r.forward_path from '@([^@]*)$') else r.domain end`;

const STATUS = `case when c.held is not null then 'held' when c.lease is not null then 'active'
  when r.attempts > 0 then 'deferred' else 'waiting' end`;

const QUEUED = `
  select r.message_id as "messageId", r.recipient_id as "recipientId", r.forward_path as "forwardPath",
    coalesce(r.reverse_path, m.reverse_path) as "reversePath", ${DOMAIN} as domain, c.site, r.stream, ${STATUS} as status, c.held,
    r.attempts, c.next_at as "nextAt",
    case when c.held is null and c.lease is null then extract(epoch from d.paced_until)::float8 * 1000 end as "pacedUntil", r.last_attempt_at as "lastAttemptAt", r.last_reply as "lastReply",
    r.last_status as "lastStatus", m.arrived_at as "arrivedAt", m.expires_at as "expiresAt", m.size::float8 as size
  from queue_recipients r
    join queue_claims c using (message_id, recipient_id)
    join queue_messages m on m.id = r.message_id
    left join queue_destinations d on d.site = c.site and d.stream = c.stream and d.source_pool = c.source_pool`;

/** Whether a warm-up plan alone holds a recipient back now, and until when. */
export function heldBackUntil(
  { pacedUntil, nextAt }: Pick<QueuedRecipient, 'pacedUntil' | 'nextAt'>,
  now: number,
): number | undefined {
  if (pacedUntil === null || pacedUntil <= now) return undefined;
  return nextAt.getTime() < pacedUntil ? pacedUntil : undefined;
}

/** Recipients in the queue, oldest message first. */
export async function listQueue(
  db: Queryable,
  selection: QueueSelection,
  {
    status,
    after,
    limit,
  }: {
    readonly status?: QueueStatus | undefined;
    /** The last one of a page that was read before. */
    readonly after?: Pick<QueuedRecipient, 'messageId' | 'recipientId'> | undefined;
    readonly limit: number;
  },
): Promise<QueuedRecipient[]> {
  const { rows } = await db.query({
    text: `${QUEUED} where ${SELECTED} and ($3::text is null or ${STATUS} = $3)
             and ($5::text is null or (r.message_id, r.recipient_id) > ($5, $6::integer))
           order by r.message_id, r.recipient_id limit $4`,
    values: [
      ...selected(selection),
      status ?? null,
      limit,
      after?.messageId ?? null,
      after?.recipientId ?? null,
    ],
  });
  return rows as QueuedRecipient[];
}

export interface QueuedMessage {
  readonly id: string;
  readonly parentId: string | null;
  readonly sessionId: string | null;
  readonly account: string | null;
  readonly reversePath: string | null;
  readonly size: number;
  readonly arrivedAt: Date;
  readonly expiresAt: Date;
  readonly notifyAuthor: boolean;
  readonly recipients: readonly QueuedRecipient[];
}

/** One message with the recipients that still wait; undefined when it is not in the queue. */
export async function showQueued(db: Queryable, id: string): Promise<QueuedMessage | undefined> {
  const { rows } = await db.query({
    text: `select m.id, m.parent_id as "parentId", m.session_id as "sessionId", a.name as account,
             m.reverse_path as "reversePath", m.size::float8 as size, m.arrived_at as "arrivedAt", m.expires_at as "expiresAt",
             m.notify_author as "notifyAuthor"
           from queue_messages m left join accounts a on a.id = m.account_id where m.id = $1`,
    values: [id],
  });
  const message = (rows as Omit<QueuedMessage, 'recipients'>[])[0];
  if (!message) return undefined;
  const recipients = await listQueue(db, { kind: 'message', id }, { limit: 100_000 });
  return Object.assign(message, { recipients });
}

/** The statement's `changed` recipients as events of a type, each naming who did it. */
function recorded(type: string): string {
  return `
    insert into events (xid, id, at, type, message_id, recipient_id, tenant_id, fields, personal)
    select pg_current_xact_id(), nextval('event_ids'), $3, '${type}', message_id, recipient_id, tenant_id,
      jsonb_build_object('by', $4::text), null from changed`;
}

/** Runs a change of recipients, and puts their destinations in line. Answers how many recipients it changed. */
async function change(
  db: Queryable,
  text: string,
  selection: QueueSelection,
  now: number,
  by: string,
): Promise<number> {
  const { rows } = await db.query({
    text,
    values: [...selected(selection), new Date(now), by],
  });
  await wakeDestinations(db, rows as DestinationKey[], now);
  return (rows as { recipients: number }[]).reduce((sum, { recipients }) => sum + recipients, 0);
}

const DESTINATIONS = `
  select site, stream, source_pool as "sourcePool", count(*)::integer as recipients from changed group by 1, 2, 3`;

/** Says since when: an attempt that was told to wait before that does not make the pause again (`release.ts`). */
const LIFT_PAUSES = `update site_limits set blocked_until = $3 where site in (select site from changed)`;

/**
 * Makes what waits due now, and asks sites again that were left alone.
 * @param by who did it, for the story
 * @returns how many recipients; those held or under way are not among them
 */
export function retryQueued(
  db: Queryable,
  selection: QueueSelection,
  now: number,
  by: string,
): Promise<number> {
  const text = `
    with changed as (
      update queue_claims c set next_at = $3 from queue_recipients r
      where r.message_id = c.message_id and r.recipient_id = c.recipient_id and ${SELECTED}
        and c.lease is null and c.held is null
      returning c.message_id, c.recipient_id, c.site, c.stream, c.source_pool, r.tenant_id),
    freed as (
      ${LIFT_PAUSES}),
    event as (${recorded('queue.retried')})
    ${DESTINATIONS}`;
  return change(db, text, selection, now, by);
}

/** Stops recipients where they are until a release; an attempt that is under way still counts. */
export function holdQueued(
  db: Queryable,
  selection: QueueSelection,
  now: number,
  by: string,
): Promise<number> {
  const text = `
    with changed as (
      update queue_claims c set held = 'operator' from queue_recipients r
      where r.message_id = c.message_id and r.recipient_id = c.recipient_id and ${SELECTED} and c.held is null
      returning c.message_id, c.recipient_id, c.site, c.stream, c.source_pool, r.tenant_id),
    event as (${recorded('queue.held')})
    ${DESTINATIONS}`;
  return change(db, text, selection, now, by);
}

/** What is let go has at least so much time left: while it was held none was lost. */
const RELEASED_FOR = '1 day';

/**
 * Parts of a statement that lets go: the messages, locked before their recipients as everywhere, and their time.
 * @param which of queue_claims c and queue_recipients r
 */
function lettingGo(which: string): string {
  return `
    with held as (
      select m.id from queue_messages m
      where m.id in (
        select c.message_id from queue_claims c join queue_recipients r using (message_id, recipient_id) where ${which})
      order by m.id for no key update),
    changed as (
      update queue_claims c set held = null, next_at = least(c.next_at, $3) from held, queue_recipients r
      where c.message_id = held.id and r.message_id = c.message_id and r.recipient_id = c.recipient_id and ${which}
      returning c.message_id, c.recipient_id, c.site, c.stream, c.source_pool, r.tenant_id),
    later as (
      update queue_messages m set expires_at = greatest(m.expires_at, $3 + interval '${RELEASED_FOR}'), watch_at = $3
      from held where m.id = held.id)`;
}

/** Lets go what is held, for whatever reason; what has no route is held again. What is being removed is not let go. */
export function releaseQueued(
  db: Queryable,
  selection: QueueSelection,
  now: number,
  by: string,
): Promise<number> {
  const text = `
    ${lettingGo(`${SELECTED} and c.held not in ('removal', 'removal-silent')`)},
    released as (
      update queue_recipients r set released = true from changed c
      where r.message_id = c.message_id and r.recipient_id = c.recipient_id),
    event as (${recorded('queue.released')})
    ${DESTINATIONS}`;
  return change(db, text, selection, now, by);
}

/** After `route set`: lets go what waited for a route. */
export function releaseNoRoute(db: Queryable, now: number, by: string): Promise<number> {
  const text = `
    ${lettingGo(`${SELECTED} and c.held = 'no-route'`)},
    event as (${recorded('queue.released')})
    ${DESTINATIONS}`;
  return change(db, text, { kind: 'all' }, now, by);
}

/**
 * After `route set`: what an attempt deferred is tried now by the new way, as far as the route is for it; what its author put off is not.
 * @param domain `*` for the route of all domains that have none of their own
 * @returns how many recipients
 */
export function retryRouted(
  db: Queryable,
  domain: string,
  now: number,
  by: string,
): Promise<number> {
  const isForAll = domain === '*';
  const text = `
    with changed as (
      update queue_claims c set next_at = $3 from queue_recipients r
      where r.message_id = c.message_id and r.recipient_id = c.recipient_id and ${SELECTED}
        and c.lease is null and c.held is null and c.site <> '${LOCAL_SITE}' and r.attempts > 0 and c.next_at > $3
        ${isForAll ? 'and not exists (select from routes o where o.domain = r.domain)' : ''}
      returning c.message_id, c.recipient_id, c.site, c.stream, c.source_pool, r.tenant_id),
    freed as (
      ${LIFT_PAUSES}),
    event as (${recorded('queue.retried')})
    ${DESTINATIONS}`;
  const selection: QueueSelection = isForAll ? { kind: 'all' } : { kind: 'domain', domain };
  return change(db, text, selection, now, by);
}

/** Upper ends of the ages of `queueShape` in minutes; what is older counts in one more. */
export const SHAPE_MINUTES = [5, 10, 20, 40, 80, 160, 320, 640, 1280] as const;

export interface ShapeRow {
  readonly domain: string;
  readonly recipients: number;
  /** One more than {@link SHAPE_MINUTES}. */
  readonly byAge: readonly number[];
}

/** How many recipients wait, by domain and age of their message: the fullest domains first. */
export async function queueShape(db: Queryable, now: number, limit: number): Promise<ShapeRow[]> {
  const ages = [0, ...SHAPE_MINUTES].map(
    (_, i) => `count(*) filter (where bucket = ${i})::integer`,
  );
  const { rows } = await db.query({
    text: `select domain, count(*)::integer as recipients, array[${ages.join(', ')}] as "byAge"
           from (
             select ${DOMAIN} as domain,
               width_bucket(extract(epoch from $1 - m.arrived_at) / 60, array[${SHAPE_MINUTES.join(', ')}]::numeric[]) as bucket
             from queue_recipients r join queue_messages m on m.id = r.message_id) q
           group by domain order by 2 desc, 1 limit $2`,
    values: [new Date(now), limit],
  });
  return rows as ShapeRow[];
}
