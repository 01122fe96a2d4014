/** \Recent of IMAP4rev1 (RFC 3501 §2.3.2): up to which UID some session was told of the messages of a mailbox. */
import type { Queryable } from '#store/query/queryable';

/** Sessions were told of all up to `uid`. Answers up to which UID they were before; undefined where the mailbox is gone. */
export async function noteTold(
  db: Queryable,
  mailboxId: string,
  uid: number,
): Promise<number | undefined> {
  const { rows } = await db.query({ name: 'note_told', text: NOTE, values: [mailboxId, uid] });
  const before = (rows as { before: string }[])[0]?.before;
  return before === undefined ? undefined : Number(before);
}

const NOTE = `
  with known as materialized (select id, recent_uid from mailboxes where id = $1 for no key update),
  noted as (
    update mailboxes m set recent_uid = $2::bigint from known k where m.id = k.id and k.recent_uid < $2)
  select recent_uid as before from known`;

/** How many messages no session was told of. */
export async function countRecent(
  db: Queryable,
  { id, recentUid }: { readonly id: string; readonly recentUid: number },
): Promise<number> {
  const { rows } = await db.query({
    name: 'count_recent',
    text: 'select count(*)::integer as messages from mailbox_entries where mailbox_id = $1 and uid > $2',
    values: [id, recentUid],
  });
  return (rows as { messages: number }[])[0]!.messages;
}
