/**
 * The secrets of rewritten reverse-paths: one is made with the database, another takes its place by hand. Shared by every process, never
 * shown. Callers say `directory` after a change.
 */
import type pg from 'pg';

/** Addresses that the one before the newest made are still out for three weeks. */
const ACCEPTED = 2;

/** The newest first. */
export async function readSrsSecrets(pool: pg.Pool): Promise<readonly Uint8Array[]> {
  const { rows } = await pool.query<{ secret: Buffer }>(
    'select secret from srs_secrets order by generation desc limit $1',
    [ACCEPTED],
  );
  return rows.map(({ secret }) => secret);
}

/** Makes addresses with this one from now on; only the one before it stays accepted. */
export async function replaceSrsSecret(pool: pg.Pool, secret: Uint8Array): Promise<void> {
  await pool.query(
    `with newest as (
       insert into srs_secrets (generation, secret) select max(generation) + 1, $1 from srs_secrets returning generation)
     delete from srs_secrets where generation <= (select generation from newest) - $2::integer`,
    [Buffer.from(secret), ACCEPTED],
  );
}
