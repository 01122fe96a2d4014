/**
 * What became of an attempt: recipients leave the queue or get their next time, in one statement of one transaction with their
 * events, their dialogue and, where due, the notice to the author.
 */
import { jsonText } from '../json.ts';
import type { Statement } from '../writer.ts';

export type Conclusion =
  | {
      readonly kind: 'delivered';
      readonly recipientId: number;
      readonly reply: string;
      readonly status: string;
    }
  | {
      readonly kind: 'failed';
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
      readonly delayNotified: boolean;
    }
  | { readonly kind: 'held'; readonly recipientId: number; readonly reason: string };

/** The SQLSTATE with which a job fails whose lease was lost: it stores nothing. */
export const LEASE_LOST = '22012';

/**
 * Fails the transaction when the lease is no longer ours, so that a notice is never sent for what another worker is delivering.
 */
export function assertLease(token: string): Statement {
  return {
    name: 'assert_lease',
    text: 'select 1 / (select count(*) from queue_leases where token = $1 and until > clock_timestamp())',
    values: [token],
  };
}

/** Serialises two attempts for one message that end at once, so that the later one sees it was the last. */
export function lockQueueMessage(messageId: string): Statement {
  return {
    name: 'lock_queue_message',
    text: 'select from queue_messages where id = $1 for no key update',
    values: [messageId],
  };
}

/**
 * Applies conclusions to the recipients of one message. What was delivered leaves the queue whoever holds it by now; anything else
 * counts only under the lease.
 */
export function conclude(
  messageId: string,
  token: string,
  now: number,
  conclusions: readonly Conclusion[],
): Statement {
  return {
    name: 'conclude',
    text: CONCLUDE,
    values: [messageId, token, new Date(now), jsonText(conclusions.map(conclusionRow))],
  };
}

const CONCLUDE = `
  with outcome as (
    select * from jsonb_to_recordset($4) as o(id integer, kind text, reply text, status text, next_at timestamptz, held text,
      delay_notified boolean)),
  finished as (
    delete from queue_claims c using outcome o
    where c.message_id = $1 and c.recipient_id = o.id and (o.kind = 'delivered' or (o.kind = 'failed' and c.lease = $2))
    returning o.*),
  gone as (
    delete from queue_recipients r using finished f where r.message_id = $1 and r.recipient_id = f.id),
  waiting as (
    update queue_claims c set lease = null, next_at = coalesce(o.next_at, c.next_at), held = o.held
    from outcome o
    where c.message_id = $1 and c.recipient_id = o.id and o.kind in ('deferred', 'held') and c.lease = $2
    returning o.*),
  tried as (
    update queue_recipients r set attempts = attempts + 1, last_attempt_at = $3, last_reply = w.reply, last_status = w.status,
      delay_notified = r.delay_notified or w.delay_notified
    from waiting w where w.kind = 'deferred' and r.message_id = $1 and r.recipient_id = w.id),
  told as (
    update submission_recipients s set smtp_reply = o.reply, changed_at = $3,
      delivered = case o.kind when 'delivered' then 'yes' when 'failed' then 'no' else 'queued' end
    from outcome o where o.kind <> 'held' and s.message_id = $1 and s.recipient_id = o.id)
  select id from finished union all select id from waiting`;

function conclusionRow(conclusion: Conclusion): Record<string, unknown> {
  const { kind, recipientId: id } = conclusion;
  if (kind === 'held') return { id, kind, held: conclusion.reason };
  return {
    id,
    kind,
    reply: conclusion.reply,
    status: conclusion.status,
    ...(kind === 'deferred' && {
      next_at: new Date(conclusion.nextAt).toISOString(),
      delay_notified: conclusion.delayNotified,
    }),
  };
}

/** Removes a message without recipients; answers its blob, which may now be free. */
export function finishQueueMessage(messageId: string): Statement {
  return {
    name: 'finish_queue_message',
    text: `delete from queue_messages where id = $1
             and not exists (select from queue_recipients where message_id = $1)
           returning blob_id as "blobId"`,
    values: [messageId],
  };
}
