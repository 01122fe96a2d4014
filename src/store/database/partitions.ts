/**
 * Days of the tables that grow by the day: made ahead, dropped whole when their time is over. What falls on a day without a partition
 * goes to the default one and is deleted there row by row.
 */
import type pg from 'pg';

export type Daily = 'events' | 'dialogues';

const DAY = 86_400_000;
/** Made ahead, so that a process that sleeps over midnight misses none. */
const DAYS_AHEAD = 3;
/** Two processes make the same day at once; or rows of that day already lie in the default partition. */
const MEANWHILE = new Set(['42P07', '23505', '23514']);

/** Makes the partitions from today on. */
export async function makePartitions(pool: pg.Pool, table: Daily, now: number): Promise<void> {
  for (let ahead = 0; ahead <= DAYS_AHEAD; ahead++) {
    try {
      await makeDay(pool, table, now + ahead * DAY);
    } catch (error) {
      if (!MEANWHILE.has((error as pg.DatabaseError).code ?? '')) throw error;
    }
  }
}

/** Makes the partition of the day that a time lies in. */
export async function makeDay(
  db: Pick<pg.ClientBase, 'query'>,
  table: Daily,
  time: number,
): Promise<void> {
  const from = dayOf(time);
  const to = dayOf(time + DAY);
  await db.query(
    `create table if not exists ${nameOf(table, from)} partition of ${table} for values from ('${from}') to ('${to}')`,
  );
}

/**
 * Removes what is older than a time, in whole days.
 * @returns the names of the dropped partitions
 */
export async function dropPartitions(
  pool: pg.Pool,
  table: Daily,
  before: number,
): Promise<string[]> {
  const limit = dayOf(before);
  const { rows } = await pool.query<{ name: string }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = $1::regclass and c.relname < $2 and c.relname <> $3 order by 1`,
    [table, nameOf(table, limit), `${table}_default`],
  );
  for (const { name } of rows) await pool.query(`drop table if exists ${name}`);
  await pool.query(`delete from ${table}_default where at < $1`, [limit]);
  return rows.map(({ name }) => name);
}

/** 2026-11-24 */
function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function nameOf(table: Daily, day: string): string {
  return `${table}_${day.replaceAll('-', '')}`;
}
