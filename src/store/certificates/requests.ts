/** Sets of names that somebody asked a certificate for, beside those that the server wants by itself. Callers say `certificates`. */
import type pg from 'pg';

/** @param names sorted @returns whether it is new */
export async function addCertificateRequest(
  pool: pg.Pool,
  names: readonly string[],
  now: number,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    'insert into certificate_requests (names, created_at) values ($1, $2) on conflict do nothing',
    [names, new Date(now)],
  );
  return rowCount === 1;
}

/** @returns whether there was one */
export async function dropCertificateRequest(
  pool: pg.Pool,
  names: readonly string[],
): Promise<boolean> {
  const { rowCount } = await pool.query('delete from certificate_requests where names = $1', [
    names,
  ]);
  return rowCount === 1;
}

export async function certificateRequests(pool: pg.Pool): Promise<readonly string[][]> {
  const { rows } = await pool.query<{ names: string[] }>(
    'select names from certificate_requests order by names',
  );
  return rows.map(({ names }) => names);
}
