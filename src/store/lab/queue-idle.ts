/** Whether the learner's queue has done what fell due: lessons put the calendar forward, and look once it has. */
import type pg from 'pg';

/**
 * No destination is in line. What waits for later, for a plan, or for a lease that nobody holds any more, is no work now.
 * @param now calendar milliseconds
 */
export async function nothingInLine(pool: pg.Pool, now: number): Promise<boolean> {
  const { rows } = await pool.query<{ idle: boolean }>(
    `select not exists (select from queue_destinations where ready_at <= $1 and cap > 0) as idle`,
    [new Date(now)],
  );
  return rows[0]!.idle;
}

/**
 * Whether something due waits for its turn at this time, or for its destination to be put in line: what waits for later, or for a site that
 * rests, does not. @param now calendar milliseconds
 */
export async function queueHasDue(pool: pg.Pool, now: number): Promise<boolean> {
  const { rows } = await pool.query<{ due: boolean }>(
    `select exists (select from queue_leases) or exists (
       select from queue_destinations d
       where (ready_at <= $1 or ready_at = 'infinity' and not coalesce(paced_until > $1, false))
         and exists (select from queue_claims c
           where c.site = d.site and c.stream = d.stream and c.source_pool = d.source_pool
             and c.lease is null and c.held is null and c.next_at <= $1)) as due`,
    [new Date(now)],
  );
  return rows[0]!.due;
}
