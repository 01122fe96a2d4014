/**
 * Puts a whole backup into an empty database, of any PostgreSQL that Hikyaku runs on: the schema that it was taken with, its rows, then
 * the newer migrations, all in one transaction, so that a restore that breaks off leaves nothing.
 *
 * Three things are not as they were. Each mailbox gets a new UIDVALIDITY, since UIDs that were given after the backup are given again
 * (RFC 9051 §2.3.1.1). The sequence of UIDVALIDITY goes on at the present time. What waited to go out is held: it may have been
 * delivered since.
 */
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { migrateWithin } from '#store/database/migrate';
import { makeDay } from '#store/database/partitions';
import { holdQueued } from '#store/queue/admin';
import { identifier, listTables } from './catalogue.ts';
import type { Manifest, TableFile } from './manifest.ts';
import { DamagedBackup, readTableFile } from './table-file.ts';

export type RestoreStep =
  | { readonly kind: 'table'; readonly name: string; readonly done: number; readonly of: number }
  | {
      readonly kind: 'restored';
      readonly schema: number;
      /** Recipients in the queue, now held. */
      readonly held: number;
    }
  | { readonly kind: 'refused'; readonly reason: string; readonly remedy: string };

export interface RestoreRequest {
  readonly connection: pg.ClientConfig;
  readonly folder: string;
  readonly manifest: Manifest;
  /** Calendar milliseconds. */
  readonly now: number;
}

/** @throws DamagedBackup, or what the database throws; nothing is changed then */
export async function* restoreBackup(
  request: RestoreRequest,
): AsyncGenerator<RestoreStep, void, undefined> {
  const client = new pg.Client({ ...request.connection, application_name: 'hikyaku restore' });
  await client.connect();
  try {
    await client.query('begin');
    const last = yield* restoreInto(client, request);
    if (last.kind === 'restored') await client.query('commit');
    yield last;
  } finally {
    // what was not committed is gone with the connection
    await client.end().catch(() => {});
  }
}

async function* restoreInto(
  client: pg.Client,
  { folder, manifest, now }: RestoreRequest,
): AsyncGenerator<RestoreStep, Exclude<RestoreStep, { kind: 'table' }>, undefined> {
  if (await hasTables(client)) return NOT_EMPTY;
  await client.query(`set local datestyle = 'ISO, YMD'; set local timezone = 'UTC'`);
  const migrated = await migrateWithin(client, manifest.schema);
  if (migrated.kind === 'refused') return migrated;
  const known = new Map((await listTables(client)).map(({ name, columns }) => [name, columns]));
  await client.query(`truncate ${[...known.keys()].map(identifier).join()}`);
  for (const table of ['events', 'dialogues'] as const)
    for (const day of manifest.days[table]) await makeDay(client, table, Date.parse(day));
  let done = 0;
  for (const table of manifest.tables) {
    const columns = known.get(table.name);
    if (!columns || !table.columns.every((column) => columns.includes(column)))
      throw new DamagedBackup(`schema ${manifest.schema} has no table ${table.name} like that`);
    await load(client, folder, table);
    yield { kind: 'table', name: table.name, done: ++done, of: manifest.tables.length };
  }
  await setSequences(client, manifest, now);
  const newest = await migrateWithin(client);
  if (newest.kind === 'refused') return newest;
  const held = await holdQueued(client, { kind: 'all' }, now, 'restore');
  return { kind: 'restored', schema: newest.version, held };
}

const NOT_EMPTY = {
  kind: 'refused',
  reason: 'the database is not empty',
  remedy:
    'Restore into a data folder that is not there yet (HIKYAKU_DATA_DIR), or into a new database (createdb --encoding=UTF8 --template=template0 NAME).',
} as const;

async function hasTables(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query(
    `select from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') limit 1`,
  );
  return rows.length > 0;
}

async function load(client: pg.Client, folder: string, table: TableFile): Promise<void> {
  const columns = table.columns.map(identifier).join();
  const into = client.query(
    copyFrom(`copy ${identifier(table.name)} (${columns}) from stdin (format ${table.form})`),
  );
  await pipeline(Readable.from(readTableFile(folder, table), { objectMode: false }), into);
  if (into.rowCount !== table.rows)
    throw new DamagedBackup(
      `${table.name} has ${into.rowCount} rows, the manifest says ${table.rows}`,
    );
}

async function setSequences(
  client: pg.Client,
  { sequences }: Manifest,
  now: number,
): Promise<void> {
  for (const { name, value, called } of sequences)
    await client.query('select setval($1::regclass, $2, $3)', [identifier(name), value, called]);
  await client.query(
    `select setval('uidvalidity_seq', greatest(last_value, $1::bigint)) from uidvalidity_seq`,
    [Math.floor(now / 1000)],
  );
  await client.query(`update mailboxes set uidvalidity = nextval('uidvalidity_seq')`);
}
