/** How often each Message-ID lies in an account, for lessons that ask whether mail was lost or doubled. */
import type pg from 'pg';

/** What a check reads at most. */
const MOST_EMAILS = 10_000;

/** @returns copies by Message-ID, without angle brackets, of what came since then */
export async function copiesSince(
  pool: pg.Pool,
  accountId: string,
  since: number,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await pool.query<{ messageId: string | null }>(
    `select e.summary ->> 'messageId' as "messageId"
     from emails e join mailbox_entries n on n.email_id = e.id
     where e.account_id = $1 and e.received_at >= $2 limit $3`,
    [accountId, new Date(since), MOST_EMAILS],
  );
  const copies = new Map<string, number>();
  for (const { messageId } of rows) {
    if (messageId !== null) copies.set(messageId, (copies.get(messageId) ?? 0) + 1);
  }
  return copies;
}
