/**
 * Recipients that an operator takes out of the queue, in two steps, so that nothing is told of a message that an attempt may still
 * deliver: all of them are marked at once, which no worker claims any more; each leaves, with the notice about it, in a transaction
 * that finds it marked and under no lease. Marks outlive the process. Called by `mail/queue/upkeep/remove.ts`.
 */
import { jsonText } from '#store/query/json';
import type { Queryable } from '#store/query/queryable';
import type { Statement } from '#store/writer/writer';
import { SELECTED, selected, type QueueSelection } from './selection.ts';

/** What stands in `held`: the author is told, or nobody is. */
export type RemovalMark = 'removal' | 'removal-silent';

export interface Marked {
  /** Under no lease: they leave now, and nothing else can become of them. */
  readonly free: number;
  /** An attempt is under way: they leave when it ends, unless it delivers them. */
  readonly underWay: number;
}

/** Marks recipients; the last mark counts. */
export async function markRemoval(
  db: Queryable,
  selection: QueueSelection,
  mark: RemovalMark,
): Promise<Marked> {
  const { rows } = await db.query({
    text: `
      with marked as (
        update queue_claims c set held = $3 from queue_recipients r
        where r.message_id = c.message_id and r.recipient_id = c.recipient_id and ${SELECTED}
        returning c.lease)
      select count(*) filter (where lease is null)::integer as free,
        count(*) filter (where lease is not null)::integer as "underWay" from marked`,
    values: [...selected(selection), mark],
  });
  return rows[0] as Marked;
}

export interface MarkedRecipient {
  readonly messageId: string;
  readonly recipientId: number;
  readonly mark: RemovalMark;
}

/** Marked recipients that no attempt has, in order of their messages. */
export async function markedRecipients(db: Queryable, limit: number): Promise<MarkedRecipient[]> {
  const { rows } = await db.query({
    name: 'marked_recipients',
    text: `select message_id as "messageId", recipient_id as "recipientId", held as mark from queue_claims
           where held in ('removal', 'removal-silent') and lease is null
           order by message_id, recipient_id limit $1`,
    values: [limit],
  });
  return rows as MarkedRecipient[];
}

/** Whether something marked is in an attempt. */
export async function isRemovalAwaited(db: Queryable): Promise<boolean> {
  const { rows } = await db.query({
    name: 'is_removal_awaited',
    text: `select exists (select from queue_claims where held in ('removal', 'removal-silent') and lease is not null) as awaited`,
    values: [],
  });
  return (rows as { awaited: boolean }[])[0]!.awaited;
}

/**
 * Takes marked recipients out; fails with `LEASE_LOST` where one of them is not marked so any more, or gone. Stands after
 * `lockQueueMessages` and before `finishQueueMessages` of their messages.
 * @param reply what the author's submission is to show
 * @param now calendar milliseconds
 */
export function takeOut(
  recipients: readonly MarkedRecipient[],
  reply: string,
  now: number,
): Statement {
  const rows = recipients.map(({ messageId, recipientId, mark }) => ({
    message_id: messageId,
    id: recipientId,
    mark,
  }));
  return { name: 'take_out', text: TAKE_OUT, values: [new Date(now), jsonText(rows), reply] };
}

const TAKE_OUT = `
  with chosen as materialized (
    select * from jsonb_to_recordset($2) as o(message_id text, id integer, mark text)),
  taken as (
    delete from queue_claims c using chosen o
    where c.message_id = o.message_id and c.recipient_id = o.id and c.held = o.mark and c.lease is null
    returning c.message_id, c.recipient_id),
  gone as (
    delete from queue_recipients r using taken t
    where r.message_id = t.message_id and r.recipient_id = t.recipient_id),
  told as (
    update submission_recipients s set delivered = 'no', smtp_reply = $3, changed_at = $1 from taken t
    where s.message_id = t.message_id and s.recipient_id = t.recipient_id)
  select 1 / ((select count(*) from taken) = (select count(*) from chosen))::integer`;
