/** A transaction of its own for what is rare (administration); mail goes through the writer. */
import type pg from 'pg';

/** Runs `work` between begin and commit; a throw rolls back. @throws when PostgreSQL did not commit */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query('begin');
    const result = await work(client);
    const { command } = await client.query('commit');
    broken = false;
    // PostgreSQL answers COMMIT of a failed transaction with ROLLBACK and no error
    if (command !== 'COMMIT') throw new Error(`the transaction ended with ${command}`);
    return result;
  } catch (error) {
    if (broken)
      broken = !(await client.query('rollback').then(
        () => true,
        () => false,
      ));
    throw error;
  } finally {
    client.release(broken);
  }
}
