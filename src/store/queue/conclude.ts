/**
 * What became of attempts: recipients leave the queue or get their next time, many messages in one statement, in one transaction with
 * their events, their dialogues and, where due, the notice to the author. Order of the statements in a job: `lockQueueMessages`,
 * `conclude`, whatever depends on it, `finishQueueMessages` last.
 */
import { jsonText } from '#store/query/json';
import type { Queryable } from '#store/query/queryable';
import type { Statement } from '#store/writer/writer';

export type Conclusion =
  | {
      readonly kind: 'delivered' | 'failed';
      readonly recipientId: number;
      readonly reply: string;
      readonly status: string;
    }
  | {
      readonly kind: 'deferred';
      readonly recipientId: number;
      readonly reply: string;
      readonly status: string;
      /** Calendar milliseconds. */
      readonly nextAt: number;
      /** The author was told of the delay, now or before. */
      readonly delayNotified: boolean;
      /** Now, for the first time: strictly so, or nothing is stored. */
      readonly delayIsNews: boolean;
    }
  | { readonly kind: 'held'; readonly recipientId: number; readonly reason: string };

/** The conclusions about one message, reached under one lease. */
export interface ConcludedMessage {
  readonly messageId: string;
  readonly token: string;
  readonly conclusions: readonly Conclusion[];
}

/** The SQLSTATE with which a strict job fails whose lease was lost: it stores nothing. */
export const LEASE_LOST = '22012';

/** Serialises attempts for one message that end at once, so that the later one sees it was the last. */
export function lockQueueMessages(messageIds: readonly string[]): Statement {
  return {
    name: 'lock_queue_messages',
    text: 'select from queue_messages where id = any($1) order by id for no key update',
    values: [messageIds],
  };
}

/**
 * Applies conclusions to the recipients of messages.
 *
 * - `lenient`: what was delivered leaves the queue whoever holds it by now, since the peer has it; anything else counts only
 *   under the lease.
 * - `strict`: all of it counts only under the lease, or the transaction fails with {@link LEASE_LOST}: for what must happen once
 *   together with it, a delivery to a mailbox here or a notice. So it does where a delay is news no more, since it was told meanwhile.
 *
 * @param now calendar milliseconds
 */
export function conclude(
  messages: readonly ConcludedMessage[],
  now: number,
  mode: 'lenient' | 'strict',
): Statement {
  const rows = messages.flatMap(({ messageId, token, conclusions }) =>
    conclusions.map((conclusion) => conclusionRow(messageId, token, conclusion)),
  );
  return {
    name: 'conclude',
    text: CONCLUDE,
    values: [new Date(now), jsonText(rows), mode === 'strict'],
  };
}

const CONCLUDE = `
  with outcome as materialized (
    select * from jsonb_to_recordset($2) as o(message_id text, id integer, token text, kind text, reply text, status text,
      next_at timestamptz, held text, delay_notified boolean, delay_is_news boolean)),
  finished as (
    delete from queue_claims c using outcome o
    where c.message_id = o.message_id and c.recipient_id = o.id and o.kind in ('delivered', 'failed')
      and (c.lease = o.token or (o.kind = 'delivered' and not $3))
    returning c.message_id, c.recipient_id, o.kind, o.reply),
  gone as (
    delete from queue_recipients r using finished f
    where r.message_id = f.message_id and r.recipient_id = f.recipient_id),
  waiting as (
    update queue_claims c set lease = null, next_at = coalesce(o.next_at, c.next_at), held = coalesce(c.held, o.held)
    from outcome o
    where c.message_id = o.message_id and c.recipient_id = o.id and o.kind in ('deferred', 'held') and (c.lease = o.token) is true
    returning o.*),
  tried as (
    update queue_recipients r set attempts = attempts + 1, last_attempt_at = $1, last_reply = w.reply, last_status = w.status,
      delay_notified = r.delay_notified or w.delay_notified
    from waiting w where w.kind = 'deferred' and r.message_id = w.message_id and r.recipient_id = w.id
      and not ($3 and w.delay_is_news and r.delay_notified)
    returning r.message_id),
  told as (
    update submission_recipients s set smtp_reply = o.reply, changed_at = $1,
      delivered = case o.kind when 'delivered' then 'yes' when 'failed' then 'no' else 'queued' end
    from (
      select * from finished union all select message_id, id, kind, reply from waiting where kind = 'deferred') o
    where s.message_id = o.message_id and s.recipient_id = o.recipient_id)
  select 1 / (not $3 or (select count(*) from finished) + (select count(*) from tried)
    + (select count(*) from waiting where kind = 'held') = (select count(*) from outcome))::integer`;

function conclusionRow(
  messageId: string,
  token: string,
  conclusion: Conclusion,
): Record<string, unknown> {
  const { kind, recipientId: id } = conclusion;
  const row = { message_id: messageId, token, id, kind };
  if (kind === 'held') return { ...row, held: conclusion.reason };
  const { reply, status } = conclusion;
  if (kind !== 'deferred') return { ...row, reply, status };
  return {
    ...row,
    reply,
    status,
    next_at: new Date(conclusion.nextAt).toISOString(),
    delay_notified: conclusion.delayNotified,
    delay_is_news: conclusion.delayIsNews,
  };
}

/** Removes messages without recipients; answers their blobs, which may now be free. */
export function finishQueueMessages(messageIds: readonly string[]): Statement {
  return {
    name: 'finish_queue_messages',
    text: `delete from queue_messages m where id = any($1)
             and not exists (select from queue_recipients where message_id = m.id)
           returning blob_id as "blobId"`,
    values: [messageIds],
  };
}

/** The attempts for messages whose conclusions are in the log: asked after an answer to a commit was lost. */
export async function recordedAttempts(
  db: Queryable,
  messageIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await db.query({
    text: 'select distinct attempt_id from events where message_id = any($1) and attempt_id is not null',
    values: [messageIds],
  });
  return new Set(rows.map(({ attempt_id }: { attempt_id: string }) => attempt_id));
}
