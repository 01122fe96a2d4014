/** Tenants keep the domains, accounts and queues of different owners apart; a server for one owner has one. */
import type pg from 'pg';

/** The id of a tenant, made if it is new. */
export async function ensureTenant(pool: pg.Pool, name: string, now: number): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    `insert into tenants (name, created_at) values ($1, $2)
     on conflict (name) do update set name = excluded.name returning id`,
    [name, new Date(now)],
  );
  return rows[0]!.id;
}
