/** Who accounts are that alerts are about: alerts themselves know their ids alone. */
import type { Queryable } from '#store/query/queryable';

export async function accountNames(
  db: Queryable,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query({
    text: 'select id::text, name from accounts where id = any($1::bigint[]) and removed_at is null',
    values: [ids],
  });
  return new Map((rows as { id: string; name: string }[]).map(({ id, name }) => [id, name]));
}
