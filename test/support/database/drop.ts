/** Drops a database with whoever is still in it, as its owner or as a superuser. */
import { escapeIdentifier, type Client } from 'pg';

/**
 * Does nothing where it is not there. `drop database … with (force)` would do for a superuser alone: of PostgreSQL 15 to 17 an
 * owner may not end a worker of autovacuum by it, and one may be at work in there. Without it PostgreSQL asks such a worker to
 * leave, and waits for it.
 */
export async function dropDatabase(admin: Client, name: string): Promise<void> {
  if (!(await databaseExists(admin, name))) return;
  // nobody comes in any more: a pool would connect anew
  await admin.query(`alter database ${escapeIdentifier(name)} with allow_connections false`);
  await admin.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = $1 and backend_type = 'client backend'`,
    [name],
  );
  await admin.query(`drop database ${escapeIdentifier(name)}`);
}

export async function databaseExists(admin: Client, name: string): Promise<boolean> {
  const { rowCount } = await admin.query('select 1 from pg_database where datname = $1', [name]);
  return rowCount === 1;
}
