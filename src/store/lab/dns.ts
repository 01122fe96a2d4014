/** What was changed in the DNS of the practice Internet: facts of a kind and a name, the newest beside those that servers may still have. */
import type { Pool } from '#store/database/open';
import type { Queryable } from '#store/query/queryable';
import { inTransaction } from '#store/query/transaction';

export interface DnsFact {
  readonly kind: string;
  readonly name: string;
  readonly changedAt: Date;
  readonly value: unknown;
}

/** In the order in which they were changed. */
export async function readDnsFacts(db: Queryable): Promise<DnsFact[]> {
  const { rows } = await db.query({
    text: `select kind, name, changed_at as "changedAt", value from lab.dns_facts order by changed_at, serial`,
  });
  return rows as DnsFact[];
}

/** @param forget what was followed by another at this time or before is forgotten */
export async function writeDnsFact(pool: Pool, fact: DnsFact, forget: Date): Promise<void> {
  const { kind, name, changedAt, value } = fact;
  await inTransaction(pool, async (db) => {
    await db.query({
      text: `insert into lab.dns_facts (kind, name, changed_at, value) values ($1, $2, $3, $4::jsonb)`,
      values: [kind, name, changedAt, JSON.stringify(value)],
    });
    await db.query({
      text: `delete from lab.dns_facts f where kind = $1 and name = $2 and exists (
               select from lab.dns_facts n where n.kind = f.kind and n.name = f.name and n.serial > f.serial and n.changed_at <= $3)`,
      values: [kind, name, forget],
    });
  });
}

/** Forgets every fact of these kinds. */
export async function dropDnsFacts(db: Queryable, kinds: readonly string[]): Promise<void> {
  await db.query({
    text: `delete from lab.dns_facts where kind = any($1::text[])`,
    values: [kinds],
  });
}
