/** Routes: which host mail for a domain, or for every domain, is handed to instead of its MX. Callers say `directory` after a change. */
import type pg from 'pg';
import type { Route } from './directory.ts';

export async function setRoute(pool: pg.Pool, route: Route, now: number): Promise<void> {
  await pool.query(
    `insert into routes (domain, host, port, tls, username, password, created_at) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (domain) do update set host = excluded.host, port = excluded.port, tls = excluded.tls,
       username = excluded.username, password = excluded.password`,
    [
      route.domain,
      route.host,
      route.port,
      route.tls,
      route.username,
      route.password,
      new Date(now),
    ],
  );
}

/** False when the domain had none. */
export async function removeRoute(pool: pg.Pool, domain: string): Promise<boolean> {
  const { rowCount } = await pool.query('delete from routes where domain = $1', [domain]);
  return rowCount === 1;
}
