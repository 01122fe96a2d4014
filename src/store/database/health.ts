/** Whether the database answers: for health checks. */
import type pg from 'pg';

/** @returns undefined when it answered, else why not; the caller limits the time */
export async function storeAnswers(pool: pg.Pool): Promise<string | undefined> {
  try {
    await pool.query('select 1');
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
