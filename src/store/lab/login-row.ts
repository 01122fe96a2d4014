/** What is kept of a login, as lesson 1.3 shows it: the row of the principal and its password's. */
import type pg from 'pg';

export interface LoginRow {
  readonly principalId: string;
  readonly login: string;
  readonly createdAt: Date;
  /** PHC string. */
  readonly argon2: string;
  readonly scramSalt: Buffer;
  readonly scramIterations: number;
  readonly scramStoredKey: Buffer;
  readonly scramServerKey: Buffer;
}

/** @param login comparison key */
export async function loginRow(pool: pg.Pool, login: string): Promise<LoginRow | undefined> {
  const { rows } = await pool.query<LoginRow>(
    `select p.id as "principalId", p.login, p.created_at as "createdAt", c.argon2, p.scram_salt as "scramSalt",
       p.scram_iterations as "scramIterations", c.scram_stored_key as "scramStoredKey", c.scram_server_key as "scramServerKey"
     from principals p join credentials c on c.principal_id = p.id and c.kind = 'password'
     where p.login = $1`,
    [login],
  );
  return rows[0];
}
