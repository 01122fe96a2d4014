/** Which accounts have their copy of a message: an account gets one, however many of its recipients lead there. */
import type { Queryable } from '#store/query/queryable';

/** Message and account, parted by a space, of the messages' deliveries so far. */
export async function storedCopies(
  db: Queryable,
  messageIds: readonly string[],
): Promise<Set<string>> {
  if (messageIds.length === 0) return new Set();
  const { rows } = await db.query({
    name: 'stored_copies',
    text: `select message_id || ' ' || account_id as copy from events
           where message_id = any($1) and type = 'recipient.stored'`,
    values: [messageIds],
  });
  return new Set(rows.map(({ copy }: { copy: string }) => copy));
}
