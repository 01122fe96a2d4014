/** Whether a message came to an address of the moment, as any node may have taken it: read from the events of its commit. */
import type { Queryable } from '#store/query/queryable';

/** Events that are looked at: whoever floods the server makes a look no dearer. */
const MOST = 20_000;

/**
 * @param since the lowest id that the message can have
 * @returns why it was no mail for an inbox, nothing where it was; undefined: it did not come
 */
export async function echoOf(
  db: Queryable,
  address: string,
  since: string,
): Promise<readonly string[] | undefined> {
  const { rows } = await db.query({
    text: `select e.fields->'reasons' as reasons from (
             select type, fields, personal from events where message_id >= $2 order by message_id desc, id desc limit ${MOST}) e
           where e.type in ('recipient.expanded', 'recipient.judged') and e.personal->>'forwardPath' = $1`,
    values: [address, since],
  });
  const found = rows as { readonly reasons: readonly string[] | null }[];
  return found.length === 0 ? undefined : found.flatMap(({ reasons }) => reasons ?? []);
}
