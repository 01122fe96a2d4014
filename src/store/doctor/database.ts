/** How the database itself is: its version, its schema, its connections. */
import { readdir } from 'node:fs/promises';
import type { Queryable } from '#store/query/queryable';

export interface DatabaseState {
  readonly version: string;
  readonly schema: number;
  readonly newest: number;
  readonly busy: number;
  readonly most: number;
}

export async function databaseState(db: Queryable): Promise<DatabaseState> {
  const { rows } = await db.query({
    text: `select current_setting('server_version') as version, current_setting('max_connections')::integer as most,
             (select count(*)::integer from pg_stat_activity where backend_type = 'client backend') as busy,
             (select max(version)::integer from schema_version) as schema`,
    values: [],
  });
  const state = (rows as Omit<DatabaseState, 'newest'>[])[0]!;
  return { ...state, version: state.version.split(' ', 1)[0]!, newest: await newestMigration() };
}

async function newestMigration(): Promise<number> {
  const files = await readdir(new URL('../migrations/', import.meta.url));
  return Math.max(...files.map((file) => Number.parseInt(file, 10)).filter(Number.isFinite));
}
