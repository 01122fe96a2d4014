/**
 * What the search index has still to take in.
 * Called by mail/search/.
 */
import type { Queryable } from '#store/query/queryable';

/**
 * Accounts with emails that no segment has, the one whose mail waits longest first.
 * @param among only these are looked at; undefined: all
 */
export async function accountsBehind(
  db: Queryable,
  version: number,
  among: readonly string[] | undefined,
): Promise<string[]> {
  const { rows } = await db.query({
    text: `select a.id from accounts a left join search_accounts s on s.account_id = a.id and s.version = $1
             cross join lateral (
               select id from emails where account_id = a.id and id > coalesce(s.indexed_id, 0)
               order by account_id, id limit 1) e
           ${among ? 'where a.id = any($2::bigint[])' : ''}
           order by e.id`,
    values: among ? [version, among] : [version],
  });
  return (rows as { id: string }[]).map(({ id }) => id);
}

/**
 * Ids of an account's emails after one, rising. They are taken under the lock of the account's row, so that whoever sees one sees all
 * before it.
 */
export async function emailsAfter(
  db: Queryable,
  accountId: string,
  after: number,
  limit: number,
): Promise<number[]> {
  const { rows } = await db.query({
    name: 'emails_after',
    text: 'select id from emails where account_id = $1 and id > $2 order by account_id, id limit $3',
    values: [accountId, after, limit],
  });
  return (rows as { id: string }[]).map(({ id }) => Number(id));
}

/** Those of the ids that are no email any more. */
export async function goneAmong(db: Queryable, emailIds: readonly number[]): Promise<Set<number>> {
  const { rows } = await db.query({
    text: `select id from unnest($1::bigint[]) as of_segment(id)
           where not exists (select from emails where emails.id = of_segment.id)`,
    values: [emailIds],
  });
  return new Set((rows as { id: string }[]).map(({ id }) => Number(id)));
}

export async function countEmails(db: Queryable, accountId: string): Promise<number> {
  const { rows } = await db.query({
    text: 'select count(*) from emails where account_id = $1',
    values: [accountId],
  });
  return Number((rows as { count: string }[])[0]!.count);
}
