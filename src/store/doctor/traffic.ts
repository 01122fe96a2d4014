/** How mail fares, counted from the event log for the doctor: bounded, however much of it there is. Times are calendar milliseconds. */
import { readView } from '#store/emails/emails';
import type { Queryable } from '#store/query/queryable';

/** Events of one kind that are looked at: more would only make the figure dearer. */
const MOST = 50_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** Addresses of the clients of the last messages that came in by MX. */
export async function lastClients(db: Queryable, now: number, count: number): Promise<string[]> {
  const { rows } = await db.query({
    text: `select personal->>'client' as client from events
           where type = 'message.received' and at >= $1 and personal ? 'client' order by xid desc, id desc limit $2`,
    values: [new Date(now - WEEK), count],
  });
  return (rows as { client: string }[]).map(({ client }) => client);
}

export interface AttemptCount {
  readonly type: 'attempt.delivered' | 'attempt.deferred' | 'attempt.failed';
  readonly stage: string;
  readonly status: string;
  readonly count: number;
}

/** Attempts of the last day at other hosts. */
export async function attemptsOfDay(db: Queryable, now: number): Promise<AttemptCount[]> {
  const { rows } = await db.query({
    text: `select type, stage, status, count(*)::integer as count from (
             select type, coalesce(fields->>'stage', '') as stage, coalesce(fields->>'status', '') as status from events
             where type in ('attempt.delivered', 'attempt.deferred', 'attempt.failed') and at >= $1
               and fields->>'site' <> 'local' limit ${MOST}) e
           group by type, stage, status`,
    values: [new Date(now - DAY)],
  });
  return rows as AttemptCount[];
}

export interface LoginCounts {
  readonly failures: number;
  readonly before: number;
  readonly names: number;
}

/** Failed logins: of the last hour, of the day before it, and names in the last hour. */
export async function failedLogins(db: Queryable, now: number): Promise<LoginCounts> {
  const { rows } = await db.query({
    text: `select count(*) filter (where at >= $2)::integer as failures, count(*) filter (where at < $2)::integer as before,
             count(distinct login) filter (where at >= $2)::integer as names
           from (select at, personal->>'login' as login from events
             where type = 'session.authentication-failed' and at >= $1 order by at desc limit ${MOST}) e`,
    values: [new Date(now - HOUR - DAY), new Date(now - HOUR)],
  });
  return (rows as LoginCounts[])[0]!;
}

/** Logins of accounts that reached a limit of the day. */
export async function accountsBeyond(db: Queryable, now: number): Promise<string[]> {
  const { rows } = await db.query({
    text: `select distinct personal->>'login' as login from events
           where type = 'account.limited' and at >= $1 and personal ? 'login' order by login limit 20`,
    values: [new Date(now - DAY)],
  });
  return (rows as { login: string }[]).map(({ login }) => login);
}

export interface SentMessage {
  /** Of its author. */
  readonly domain: string;
  readonly signed: boolean;
  readonly reversePath: string;
}

/** The last messages that accounts handed in, newest first. */
export async function lastSentMessages(
  db: Queryable,
  now: number,
  count: number,
): Promise<SentMessage[]> {
  const { rows } = await db.query({
    text: `select coalesce(s.fields->'signatures'->0->>'domain', s.fields->>'domain', '') as domain,
             s.type = 'message.signed' as signed, e.reverse_path as "reversePath"
           from (select xid, id, message_id, coalesce(personal->>'reversePath', '') as reverse_path from events
             where type = 'message.submitted' and at >= $1 order by xid desc, id desc limit $2) e
             join events s on s.message_id = e.message_id and s.type in ('message.signed', 'message.unsigned')
           order by e.xid desc, e.id desc`,
    values: [new Date(now - WEEK), count],
  });
  return rows as SentMessage[];
}

/** Messages of the last week that went as bulk mail, by the way out of it that they left with. */
export interface WaysOut {
  /** `2026-11-26`, of UTC. */
  readonly day: string;
  readonly wayOut: string;
  readonly count: number;
}

export async function bulkWaysOut(db: Queryable, now: number): Promise<WaysOut[]> {
  const { rows } = await db.query({
    text: `select day, "wayOut", count(*)::integer as count from (
             select to_char(at at time zone 'UTC', 'YYYY-MM-DD') as day, fields->>'wayOut' as "wayOut" from events
             where type = 'message.submitted' and at >= $1 and fields ? 'wayOut' limit ${MOST}) e
           group by 1, 2`,
    values: [new Date(now - WEEK)],
  });
  return rows as WaysOut[];
}

export interface QueueState {
  readonly waiting: number;
  readonly oldestAt: Date | null;
}

/** Recipients that wait and are not held. */
export async function waitingRecipients(db: Queryable): Promise<QueueState> {
  const { rows } = await db.query({
    text: `select c.waiting, m.arrived_at as "oldestAt"
           from (select count(*)::integer as waiting, min(message_id) as oldest from queue_claims where held is null) c
             left join queue_messages m on m.id = c.oldest`,
    values: [],
  });
  return (rows as QueueState[])[0]!;
}

/** Recipients that came into the queue and left it, in each of the last hours, the oldest first. */
export async function queueByHour(
  db: Queryable,
  now: number,
  hours: number,
): Promise<{ came: number; left: number }[]> {
  const { rows } = await db.query({
    text: `select h.hour, count(e.type) filter (where e.type = 'recipient.queued')::integer as came,
             count(e.type) filter (where e.type <> 'recipient.queued')::integer as left
           from generate_series(1, $2::integer) as h (hour)
             left join events e on e.at >= $1::timestamptz - h.hour * interval '1 hour'
               and e.at < $1::timestamptz - (h.hour - 1) * interval '1 hour'
               and e.type in ('recipient.queued', 'attempt.delivered', 'attempt.failed', 'recipient.expired', 'queue.removed')
           group by h.hour order by h.hour desc`,
    values: [new Date(now), hours],
  });
  return (rows as { came: number; left: number }[]).map(({ came, left }) => ({ came, left }));
}

export interface SentCopy {
  readonly messageId: string;
  readonly smtputf8: boolean;
  readonly octets: Uint8Array;
}

/** Octets of the newest messages that accounts handed in and of which a copy is here, as they left; the beginning of large ones. */
export async function lastSentCopies(
  db: Queryable,
  now: number,
  most: { readonly count: number; readonly octets: number },
): Promise<SentCopy[]> {
  const { rows } = await db.query({
    text: `with sent as (
             select message_id, created_at, coalesce((envelope->>'smtputf8')::boolean, false) as smtputf8
             from submissions where created_at >= $1 order by created_at desc limit 50),
           readers as (
             select distinct a.id from sent s join submission_recipients r on r.message_id = s.message_id
               join accounts a on a.name = lower(r.forward_path) limit 20),
           copies as (
             select id as message_id, blob_id, prefix, hidden from queue_messages where id in (select message_id from sent)
             union all
             select e.message_id, e.blob_id, e.prefix, e.hidden
             from readers a cross join lateral (
               select message_id, blob_id, prefix, hidden from emails where account_id = a.id order by id desc limit 200) e)
           select distinct on (s.created_at, s.message_id)
             s.message_id as "messageId", s.smtputf8, c.blob_id as "blobId", c.prefix, c.hidden
           from sent s join copies c on c.message_id = s.message_id
           order by s.created_at desc, s.message_id limit $2`,
    values: [new Date(now - WEEK), most.count],
  });
  const copies: SentCopy[] = [];
  for (const row of rows as SentRow[]) {
    const octets = await octetsOf(db, row, most.octets);
    copies.push({ messageId: row.messageId, smtputf8: row.smtputf8, octets });
  }
  return copies;
}

interface SentRow {
  readonly messageId: string;
  readonly smtputf8: boolean;
  readonly blobId: string;
  readonly prefix: Buffer;
  readonly hidden: number[];
}

async function octetsOf(
  db: Queryable,
  { blobId, prefix, hidden }: SentRow,
  most: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of readView(db, blobId, prefix, hidden)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= most) break;
  }
  return Buffer.concat(chunks).subarray(0, most);
}

/** Accounts of a domain that can be logged in to. */
export async function openAccountsOf(db: Queryable, domain: string): Promise<string[]> {
  const { rows } = await db.query({
    text: `select name from accounts where name like '%@' || $1 and disabled_at is null and removed_at is null
           order by name limit 20`,
    values: [domain],
  });
  return (rows as { name: string }[]).map(({ name }) => name);
}
