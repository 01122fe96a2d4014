/**
 * What waits without an attempt: messages are looked at when their author may be owed a word, each at a time of its own (`watch_at`), so that a
 * look costs by what is due, not by what waits. Taking one puts its next time off, which is what keeps several nodes apart, and
 * brings it back where a node dies over it. Called by `mail/queue/upkeep/watch.ts`.
 */
import { jsonText } from '#store/query/json';
import type { Queryable } from '#store/query/queryable';
import type { Statement } from '#store/writer/writer';

export interface WatchedMessage {
  readonly id: string;
  /** Calendar milliseconds. */
  readonly arrivedAt: number;
  readonly expiresAt: number;
}

/** A recipient as it waits now. */
export interface WaitingRecipient {
  readonly messageId: string;
  readonly recipientId: number;
  /** Calendar milliseconds. */
  readonly nextAt: number;
  /** An attempt has it. */
  readonly leased: boolean;
  readonly held: string | null;
  readonly stream: string;
  readonly notify: string | null;
  readonly delayNotified: boolean;
  readonly lastReply: string | null;
  readonly lastStatus: string | null;
  /** Its destination lets nothing go for a while: the site is left alone, or a warm-up plan rests. */
  readonly keptBack: boolean;
  /** By a warm-up plan. */
  readonly paced: boolean;
}

export interface Look {
  /** Calendar milliseconds. */
  readonly now: number;
  /** Those that nobody looked at yet are due when they arrived by then. */
  readonly arrivedBy: number;
  /** When those that are taken come back, unless something else is said. */
  readonly again: number;
  readonly limit: number;
}

/** Takes messages whose time has come. */
export async function takeWatched(db: Queryable, look: Look): Promise<WatchedMessage[]> {
  const { rows } = await db.query({
    name: 'take_watched',
    text: TAKE_WATCHED,
    values: [new Date(look.arrivedBy), new Date(look.now), new Date(look.again), look.limit],
  });
  return rows as WatchedMessage[];
}

const TAKE_WATCHED = `
  with unwatched as (
    select id from queue_messages where watch_at is null and arrived_at <= $1
    order by arrived_at limit $4 for no key update skip locked),
  watched as (
    select id from queue_messages where watch_at is not null and watch_at <= $2
    order by watch_at limit $4 for no key update skip locked)
  update queue_messages m set watch_at = $3
  from (select id from unwatched union all select id from watched) due
  where m.id = due.id
  returning m.id, extract(epoch from arrived_at)::float8 * 1000 as "arrivedAt",
    extract(epoch from expires_at)::float8 * 1000 as "expiresAt"`;

/** A site that is busy at this moment has its next turn within it. Milliseconds. */
const A_MOMENT = 10_000;

/** All that waits of messages. */
export async function waitingOf(
  db: Queryable,
  messageIds: readonly string[],
  now: number,
): Promise<WaitingRecipient[]> {
  const { rows } = await db.query({
    name: 'waiting_of',
    text: `
      select c.message_id as "messageId", c.recipient_id as "recipientId", extract(epoch from c.next_at)::float8 * 1000 as "nextAt",
        c.lease is not null as leased, c.held, c.stream, r.notify, r.delay_notified as "delayNotified",
        r.last_reply as "lastReply", r.last_status as "lastStatus", coalesce(d.ready_at > $3, false) as "keptBack",
        coalesce(d.paced_until > $2, false) as paced
      from unnest($1::text[]) as m(id)
        join queue_claims c on c.message_id = m.id
        join queue_recipients r on r.message_id = c.message_id and r.recipient_id = c.recipient_id
        left join queue_destinations d on d.site = c.site and d.stream = c.stream and d.source_pool = c.source_pool`,
    values: [messageIds, new Date(now), new Date(now + A_MOMENT)],
  });
  return rows as WaitingRecipient[];
}

/** When the next message is to be looked at, in calendar milliseconds. @param patience from its arrival until the first look */
export async function nextWatch(db: Queryable, patience: number): Promise<number | undefined> {
  const { rows } = await db.query({
    name: 'next_watch',
    text: `
      select (select extract(epoch from arrived_at)::float8 * 1000 from queue_messages
          where watch_at is null order by arrived_at limit 1) as arrived,
        (select extract(epoch from watch_at)::float8 * 1000 from queue_messages
          where watch_at is not null and watch_at < 'infinity' order by watch_at limit 1) as watched`,
    values: [],
  });
  const { arrived, watched } = rows[0] as { arrived: number | null; watched: number | null };
  const times = [arrived === null ? null : arrived + patience, watched].filter((at) => at !== null);
  return times.length === 0 ? undefined : Math.min(...times);
}

export interface NextLook {
  readonly id: string;
  /** Calendar milliseconds; Infinity: no more. */
  readonly at: number;
}

/** Says when messages are looked at again. */
export function lookAgain(looks: readonly NextLook[]): Statement {
  return { name: 'look_again', text: LOOK_AGAIN, values: lookValues(looks) };
}

/** The same by itself, where nothing is to be told of them. */
export async function putOff(db: Queryable, looks: readonly NextLook[]): Promise<void> {
  await db.query({ name: 'look_again', text: LOOK_AGAIN, values: lookValues(looks) });
}

const LOOK_AGAIN = `
  update queue_messages m set watch_at = o.at from jsonb_to_recordset($1) as o(id text, at timestamptz) where m.id = o.id`;

function lookValues(looks: readonly NextLook[]): string[] {
  return [
    jsonText(
      looks.map(({ id, at }) => ({
        id,
        at: at === Infinity ? 'infinity' : new Date(at).toISOString(),
      })),
    ),
  ];
}

/** What becomes of a recipient without an attempt. */
export interface Untried {
  readonly messageId: string;
  readonly recipientId: number;
  readonly held: string | null;
  /** `delayed`: it goes on waiting, and its author was told. */
  readonly kind: 'failed' | 'delayed';
  /** What the author's submission is to show. */
  readonly reply: string;
}

/**
 * Concludes what waits; fails with `LEASE_LOST` where one of them is in an attempt by now, was told of, or is gone. Stands after
 * `lockQueueMessages` and before `finishQueueMessages` of their messages.
 * @param now calendar milliseconds
 */
export function concludeUntried(recipients: readonly Untried[], now: number): Statement {
  const rows = recipients.map(({ messageId, recipientId, held, kind, reply }) => ({
    message_id: messageId,
    id: recipientId,
    held,
    kind,
    reply,
  }));
  return {
    name: 'conclude_untried',
    text: CONCLUDE_UNTRIED,
    values: [new Date(now), jsonText(rows)],
  };
}

const CONCLUDE_UNTRIED = `
  with outcome as materialized (
    select * from jsonb_to_recordset($2) as o(message_id text, id integer, held text, kind text, reply text)),
  failed as (
    delete from queue_claims c using outcome o
    where c.message_id = o.message_id and c.recipient_id = o.id and o.kind = 'failed'
      and c.lease is null and c.held is not distinct from o.held
    returning c.message_id, c.recipient_id, o.reply),
  gone as (
    delete from queue_recipients r using failed f where r.message_id = f.message_id and r.recipient_id = f.recipient_id),
  waiting as (
    select c.message_id, c.recipient_id from outcome o
      join queue_claims c on c.message_id = o.message_id and c.recipient_id = o.id
    where o.kind = 'delayed' and c.lease is null and c.held is not distinct from o.held
    for update of c),
  delayed as (
    update queue_recipients r set delay_notified = true from waiting w
    where r.message_id = w.message_id and r.recipient_id = w.recipient_id and not r.delay_notified
    returning r.message_id),
  told as (
    update submission_recipients s set delivered = 'no', smtp_reply = f.reply, changed_at = $1 from failed f
    where s.message_id = f.message_id and s.recipient_id = f.recipient_id)
  select 1 / ((select count(*) from failed) + (select count(*) from delayed) = (select count(*) from outcome))::integer`;
