/**
 * The event log is read below the oldest transaction that runs, in whichever database of the PostgreSQL: those of test files beside this one
 * are waited for, as later rounds would see it too.
 */
import type { Pool } from 'pg';
import { eventually } from '../program/running-server.ts';

/** Resolves once everything that is committed now can be read from the log. */
export async function logReaches(pool: Pool): Promise<void> {
  const ask = async (what: string): Promise<bigint> => {
    const { rows } = await pool.query<{ xid: string }>(
      `select ${what}(pg_current_snapshot())::text as xid`,
    );
    return BigInt(rows[0]!.xid);
  };
  const next = await ask('pg_snapshot_xmax');
  await eventually(
    'older transactions end',
    async () => (await ask('pg_snapshot_xmin')) >= next,
    120,
  );
}
