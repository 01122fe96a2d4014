/** One node orders certificates for all: a lease with a token, by the clock of the database, renewed while orders are under way. */
import type pg from 'pg';

/** Seconds. */
export const CERTIFICATE_LEASE_SECONDS = 120;

export type LeaseTaken =
  | { readonly kind: 'taken' }
  | { readonly kind: 'held'; readonly node: string };

/** @param token unique for each attempt @param node for people */
export async function takeCertificateLease(
  pool: pg.Pool,
  token: string,
  node: string,
): Promise<LeaseTaken> {
  const { rowCount } = await pool.query(
    `insert into certificate_lease (token, node, until)
     values ($1, $2, clock_timestamp() + interval '${CERTIFICATE_LEASE_SECONDS} seconds')
     on conflict (one) do update set token = excluded.token, node = excluded.node, until = excluded.until
       where certificate_lease.until <= clock_timestamp()`,
    [token, node],
  );
  if (rowCount === 1) return { kind: 'taken' };
  const { rows } = await pool.query<{ node: string }>('select node from certificate_lease');
  return { kind: 'held', node: rows[0]?.node ?? '?' };
}

/** Whether it still was ours. */
export async function renewCertificateLease(pool: pg.Pool, token: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update certificate_lease set until = clock_timestamp() + interval '${CERTIFICATE_LEASE_SECONDS} seconds'
     where token = $1 and until > clock_timestamp()`,
    [token],
  );
  return rowCount === 1;
}

export async function endCertificateLease(pool: pg.Pool, token: string): Promise<void> {
  await pool.query('delete from certificate_lease where token = $1', [token]);
}
