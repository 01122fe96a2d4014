/** Messages that a reader filed, with whom they were counted for when they came (`message.judged`). */
import type { Queryable } from '#store/query/queryable';

export interface FiledMessage {
  readonly messageId: string;
  /** As the event keeps them: `domain example.org`. */
  readonly senders: readonly string[];
  /** The address of the client; empty where it was erased. */
  readonly client: string;
}

/**
 * Those that were not filed so before, each once.
 * @param uids in the mailbox
 */
export async function filedSenders(
  db: Queryable,
  mailboxId: string,
  uids: Uint32Array,
  as: string,
): Promise<readonly FiledMessage[]> {
  const { rows } = await db.query({
    name: 'filed_senders',
    text: `select distinct on (e.message_id) e.message_id as "messageId", v.personal -> 'senders' as senders,
             coalesce((select r.personal ->> 'client' from events r
               where r.message_id = e.message_id and r.type = 'message.received' limit 1), '') as client
           from mailbox_entries n join emails e on e.id = n.email_id
             join events v on v.message_id = e.message_id and v.type = 'message.judged' and v.personal ? 'senders'
           where n.mailbox_id = $1 and n.uid = any($2::bigint[])
             and not exists (select from events f where f.message_id = e.message_id and f.type = 'message.filed'
               and f.fields ->> 'class' = $3)
           order by e.message_id`,
    values: [mailboxId, [...uids], as],
  });
  return rows as FiledMessage[];
}
