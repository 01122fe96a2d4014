/** The one row of the practice Internet as a whole: its seed, and its calendar as it was last seen. */
import type { Pool } from '#store/database/open';

export interface WorldRow {
  readonly seed: number;
  readonly clock: { readonly real: number; readonly shown: number; readonly rate: number };
}

export async function readWorld(pool: Pool): Promise<WorldRow | undefined> {
  const { rows } = await pool.query<{
    seed: string;
    real: string;
    shown: string;
    rate: number;
  }>(`select seed, clock_real as real, clock_shown as shown, clock_rate as rate from lab.world`);
  const [row] = rows;
  return (
    row && {
      seed: Number(row.seed),
      clock: { real: Number(row.real), shown: Number(row.shown), rate: row.rate },
    }
  );
}

/** The seed stays what it was first. */
export async function keepWorld(pool: Pool, { seed, clock }: WorldRow): Promise<void> {
  await pool.query(
    `insert into lab.world (seed, clock_real, clock_shown, clock_rate) values ($1, $2, $3, $4)
     on conflict (one) do update
     set clock_real = excluded.clock_real, clock_shown = excluded.clock_shown, clock_rate = excluded.clock_rate`,
    [seed, Math.round(clock.real), Math.round(clock.shown), clock.rate],
  );
}
