/** Whether the learner's queue has done what fell due: lessons put the calendar forward, and look once it has.. */
import type pg from 'pg';

/** No attempt is under way, and no destination is in line. What waits for later, or for a plan, is no work now. @param now calendar milliseconds */
export async function queueIsIdle(pool: pg.Pool, now: number): Promise<boolean> {
  const { rows } = await pool.query<{ idle: boolean }>(
    `select not exists (select from queue_leases)
       and not exists (select from queue_destinations where ready_at <= $1 and cap > 0) as idle`,
    [new Date(now)],
  );
  return rows[0]!.idle;
}
