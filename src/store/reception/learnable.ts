/** Messages from which the content scanner is to learn, since their owner filed them, and what it has learned already. */
import type { Queryable } from '#store/query/queryable';

export interface Roles {
  readonly from: string | null;
  readonly to: string | null;
}

/** Of two mailboxes of an account; null where it has none, or is gone. */
export async function rolesOf(
  db: Queryable,
  accountId: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<Roles> {
  const { rows } = await db.query({
    name: 'roles_of_mailboxes',
    text: `select (select role from mailboxes where account_id = $1 and id = $2) as "from",
             (select role from mailboxes where account_id = $1 and id = $3) as "to"`,
    values: [accountId, from, to],
  });
  return rows[0] as Roles;
}

export interface LearnableMessage {
  readonly messageId: string;
  readonly blobId: string;
  /** Octets of the message as it came. */
  readonly size: number;
}

/**
 * Those that were not learned as this class before, each once.
 * @param uids in the mailbox
 */
export async function learnableMessages(
  db: Queryable,
  mailboxId: string,
  uids: Uint32Array,
  as: string,
): Promise<readonly LearnableMessage[]> {
  const { rows } = await db.query({
    name: 'learnable_messages',
    text: `select distinct on (e.message_id) e.message_id as "messageId", e.blob_id as "blobId", b.size
           from mailbox_entries n join emails e on e.id = n.email_id join blobs b on b.id = e.blob_id
           where n.mailbox_id = $1 and n.uid = any($2::bigint[])
             and not exists (select from events v where v.message_id = e.message_id and v.type = 'message.learned'
               and v.fields ->> 'class' = $3 and v.fields ->> 'result' <> 'lost')
           order by e.message_id`,
    values: [mailboxId, [...uids], as],
  });
  return (rows as { messageId: string; blobId: string; size: string }[]).map(
    ({ messageId, blobId, size }) => ({ messageId, blobId, size: Number(size) }),
  );
}
