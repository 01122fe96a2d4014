/** The messages of an account from the newest to the oldest, read page by page, however many they are. */
import type { Queryable } from '#store/query/queryable';
import type { ListedEmail } from './emails.ts';

const PAGE = 500;

/**
 * Every entry of the account's mailboxes, newest message first; a message that is in two mailboxes comes twice.
 * @param mailboxId undefined means all
 * @param limit undefined means no limit
 */
export async function* listNewest(
  db: Queryable,
  accountId: string,
  { mailboxId, limit = Infinity }: { mailboxId?: string | undefined; limit?: number | undefined },
): AsyncGenerator<ListedEmail> {
  let after: ListedEmail | undefined;
  for (let left = limit; left > 0; left -= PAGE) {
    const page = Math.min(PAGE, left);
    const { rows } = await db.query({
      name: 'newest_emails',
      text: NEWEST,
      values: [
        accountId,
        mailboxId ?? null,
        after?.emailId ?? null,
        after?.mailboxId ?? null,
        after?.uid ?? null,
        page,
      ],
    });
    yield* rows as ListedEmail[];
    if (rows.length < page) return;
    after = rows.at(-1) as ListedEmail;
  }
}

/** Emails take their ids as they are delivered; the index on (account_id, id) is walked downwards from where the last page ended. */
const NEWEST = `
  select e.id as "emailId", e.message_id as "messageId", m.name as mailbox, n.mailbox_id as "mailboxId", n.uid, e.size, n.flags,
    e.received_at as "receivedAt", e.reverse_path as "reversePath", e.forward_path as "forwardPath", e.summary
  from emails e
    join mailbox_entries n on n.email_id = e.id
    join mailboxes m on m.id = n.mailbox_id
  where e.account_id = $1 and ($2::bigint is null or n.mailbox_id = $2)
    and ($3::bigint is null or e.id <= $3 and (e.id, n.mailbox_id, n.uid) < ($3, $4::bigint, $5::bigint))
  order by e.id desc, n.mailbox_id desc, n.uid desc limit $6`;
