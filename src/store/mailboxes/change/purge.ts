/**
 * The end of what was expunged: entries past their time, and the emails that no entry of either kind refers to. The account remembers
 * up to which modseq its past is gone (`forgotten_modseq`), so that a client from before gets a whole answer (`vanished.ts`). Each
 * account is changed under its lock, so that nothing is purged that is just brought back. Called by `maintenance.ts`.
 */
import type pg from 'pg';
import { inTransaction } from '#store/query/transaction';

/** Entries that one look finds. */
const AT_ONCE = 5000;

/** @param before calendar milliseconds */
export async function purgeExpunged(pool: pg.Pool, before: number): Promise<void> {
  for (;;) {
    const { rows } = await pool.query<DueEntry>({ text: DUE, values: [new Date(before), AT_ONCE] });
    for (const [accountId, due] of Map.groupBy(rows, ({ account_id }) => account_id)) {
      await underLock(pool, accountId, (client) => purgeEntries(client, accountId, due));
    }
    if (rows.length < AT_ONCE) break;
  }
  await purgeTombstones(pool, before);
}

interface DueEntry {
  readonly account_id: string;
  readonly mailbox_id: string;
  readonly uid: string;
}

const DUE = `
  select e.account_id, x.mailbox_id, x.uid from expunged_entries x join emails e on e.id = x.email_id
  where x.expunged_at < $1 order by x.expunged_at limit $2`;

async function purgeEntries(
  client: pg.ClientBase,
  accountId: string,
  due: readonly DueEntry[],
): Promise<void> {
  await client.query(PURGE, [
    accountId,
    due.map(({ mailbox_id }) => mailbox_id),
    due.map(({ uid }) => uid),
  ]);
}

const PURGE = `
  with purged as (
    delete from expunged_entries x using unnest($2::bigint[], $3::bigint[]) as d(mailbox_id, uid)
    where x.mailbox_id = d.mailbox_id and x.uid = d.uid returning x.email_id, x.modseq),
  unused as materialized (
    select p.email_id from (select email_id, count(*) as entries from purged group by email_id) p
    where not exists (select from mailbox_entries n where n.email_id = p.email_id)
      and entries = (select count(*) from expunged_entries x where x.email_id = p.email_id)),
  structure as (delete from email_structures s using unused u where s.email_id = u.email_id),
  texts as (delete from email_texts t using unused u where t.email_id = u.email_id),
  email as (delete from emails e using unused u where e.id = u.email_id)
  update accounts a set forgotten_modseq = greatest(a.forgotten_modseq, (select max(modseq) from purged)) where a.id = $1`;

async function purgeTombstones(pool: pg.Pool, before: number): Promise<void> {
  const values = [new Date(before)];
  const { rows } = await pool.query<{ account_id: string }>(
    'select distinct account_id from tombstones where at < $1',
    values,
  );
  for (const { account_id } of rows) {
    await underLock(pool, account_id, (client) =>
      client.query(
        `with purged as (delete from tombstones where account_id = $2 and at < $1 returning modseq)
         update accounts a set forgotten_modseq = greatest(a.forgotten_modseq, (select max(modseq) from purged)) where a.id = $2`,
        [...values, account_id],
      ),
    );
  }
}

async function underLock(
  pool: pg.Pool,
  accountId: string,
  work: (client: pg.ClientBase) => Promise<unknown>,
): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query('select from accounts where id = $1 for no key update', [accountId]);
    await work(client);
  });
}
