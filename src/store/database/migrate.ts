/**
 * Brings the schema forward: numbered SQL files, all of them in one transaction under a lock, so that a failure leaves the old state
 * and two processes that start at once do it once. A database that a newer version has changed, or a file that changed after it was
 * applied, is refused.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import Postgrator from 'postgrator';

const FILES = fileURLToPath(new URL('../migrations/', import.meta.url));
/** Any number; the same in every process. */
const MIGRATION_LOCK = 7_415_201;

export type Migrated =
  | { readonly kind: 'ready'; readonly version: number; readonly applied: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: string; readonly remedy: string };

/**
 * @param files the folder of the migrations, with its last slash; ours unless told
 * @throws DatabaseError when a statement of a migration fails; nothing of it is kept
 */
export async function migrate(connection: pg.ClientConfig, files = FILES): Promise<Migrated> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    const unfit = await unfitReason(client);
    if (unfit) return unfit;
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    const result = await apply(client, files);
    await client.query(result.kind === 'ready' ? 'commit' : 'rollback');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  } finally {
    await client.end();
  }
}

/**
 * The same within a transaction of the caller's, for what is to be there together with the schema or not at all.
 * @param version where to stop; the newest unless told
 */
export async function migrateWithin(client: pg.Client, version?: number): Promise<Migrated> {
  return (await unfitReason(client)) ?? apply(client, FILES, version);
}

async function apply(client: pg.Client, files: string, version?: number): Promise<Migrated> {
  const postgrator = new Postgrator({
    migrationPattern: `${files}*.sql`,
    driver: 'pg',
    schemaTable: 'schema_version',
    execQuery: (query) => client.query(query),
  });
  const current = await postgrator.getDatabaseVersion();
  const newest = await postgrator.getMaxVersion();
  if (Math.max(current, version ?? 0) > newest) {
    return {
      kind: 'refused',
      reason: `the database has schema ${Math.max(current, version ?? 0)}, this version knows ${newest}`,
      remedy: 'Start the newer version of Hikyaku that made it, or restore a backup from before.',
    };
  }
  const changed = await changedFile(postgrator, current);
  if (changed !== undefined) {
    return {
      kind: 'refused',
      reason: `migration ${changed} is not the one that was applied`,
      remedy: 'Reinstall Hikyaku: a file under store/migrations was altered.',
    };
  }
  const applied = await postgrator.migrate(version === undefined ? undefined : String(version));
  return {
    kind: 'ready',
    version: version ?? newest,
    applied: applied.map(({ filename }) => filename),
  };
}

async function changedFile(postgrator: Postgrator, current: number): Promise<string | undefined> {
  if (current === 0) return undefined;
  try {
    await postgrator.validateMigrations(current);
    return undefined;
  } catch (error) {
    // it names the number alone
    const { message } = error as Error;
    const number = Number(/\[(\d+)\]/.exec(message)?.[1]);
    const migrations = await postgrator.getMigrations();
    const file = migrations.find(({ version }) => version === number)?.filename;
    return file === undefined ? message : path.basename(file);
  }
}

/** What a database must be before anything is stored in it (DESIGN: PostgreSQL 15 or newer, UTF-8). */
async function unfitReason(client: pg.Client): Promise<Migrated | undefined> {
  const { rows } = await client.query(
    `select current_setting('server_version_num')::integer as version, current_setting('server_encoding') as encoding`,
  );
  const { version, encoding } = rows[0] as { version: number; encoding: string };
  if (version < 150_000) {
    return {
      kind: 'refused',
      reason: `PostgreSQL ${Math.floor(version / 10_000)} is too old`,
      remedy: 'Use PostgreSQL 15 or newer.',
    };
  }
  if (encoding !== 'UTF8') {
    return {
      kind: 'refused',
      reason: `the database is encoded in ${encoding}`,
      remedy: 'Create it with: createdb --encoding=UTF8 --template=template0 hikyaku',
    };
  }
  return undefined;
}
