/**
 * Takes a backup while mail comes and goes: every table by COPY in one repeatable-read snapshot, which is one moment and holds nobody up.
 * The folder has its name only when all of it is on disk. Needs nothing but SQL, so that the embedded PostgreSQL, which has no pg_dump,
 * does as well as any (docs/decisions/0033-backups.md).
 */
import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { makeFolder } from '#store/make-folder';
import { syncFolder } from '#store/sync-folder';
import { identifier, listDays, listSequences, listTables, type Table } from './catalogue.ts';
import { FORMAT, MANIFEST, type Manifest, type TableFile } from './manifest.ts';
import { writeTableFile } from './table-file.ts';

export interface BackupRequest {
  readonly connection: pg.ClientConfig;
  /** Absolute path; must not be there yet. */
  readonly folder: string;
  /** Of Hikyaku. */
  readonly version: string;
  /** Calendar milliseconds. */
  readonly now: number;
  readonly signal?: AbortSignal | undefined;
}

export type BackupStep =
  | {
      readonly kind: 'table';
      readonly name: string;
      readonly rows: number;
      readonly bytes: number;
      readonly done: number;
      readonly of: number;
    }
  | { readonly kind: 'taken'; readonly manifest: Manifest }
  /** Another one is under way, by this node or another. */
  | { readonly kind: 'busy' };

/** Any number; the same in every process. */
const BACKUP_LOCK = 7_415_202;
/** Tables whose octets text form would double. */
const BINARY = new Set(['blob_chunks']);
/** Read back in this order, so that chunks meet their blobs without all of them in memory. */
const ORDER: Readonly<Record<string, string>> = { blobs: 'id', blob_chunks: 'blob_id, seq' };

/** @throws what the disk or the database throws; nothing of the folder is left then */
export async function* takeBackup(
  request: BackupRequest,
): AsyncGenerator<BackupStep, void, undefined> {
  const { folder, connection } = request;
  const unfinished = `${folder}.part`;
  const client = new pg.Client({ ...connection, application_name: 'hikyaku backup' });
  await client.connect();
  try {
    // for the session, whose end frees it
    const lock = await client.query<{ taken: boolean }>(
      'select pg_try_advisory_lock($1) as taken',
      [BACKUP_LOCK],
    );
    if (!lock.rows[0]!.taken) {
      yield { kind: 'busy' };
      return;
    }
    await rm(unfinished, { recursive: true, force: true });
    await makeFolder(unfinished);
    const manifest = yield* copyAll(client, request, unfinished);
    await client.query('commit');
    await finish(unfinished, folder, manifest);
    yield { kind: 'taken', manifest };
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

async function* copyAll(
  client: pg.Client,
  { version, now, signal }: BackupRequest,
  folder: string,
): AsyncGenerator<BackupStep, Manifest, undefined> {
  await client.query('begin isolation level repeatable read read only');
  // times as every server reads them, whatever the client is set to
  await client.query(`set local datestyle = 'ISO, YMD'; set local timezone = 'UTC'`);
  await client.query(`set local intervalstyle = 'iso_8601'; set local extra_float_digits = 1`);
  const { rows } = await client.query<{ schema: number; postgresql: number }>(
    `select max(version)::integer as schema, current_setting('server_version_num')::integer as postgresql from schema_version`,
  );
  const { schema, postgresql } = rows[0]!;
  const tables = await listTables(client);
  const files: TableFile[] = [];
  for (const table of tables) {
    signal?.throwIfAborted();
    const file = await copyTable(client, folder, table);
    files.push(file);
    const { name, rows: count, bytes } = file;
    yield { kind: 'table', name, rows: count, bytes, done: files.length, of: tables.length };
  }
  const days = {
    events: await listDays(client, 'events'),
    dialogues: await listDays(client, 'dialogues'),
  };
  const takenAt = new Date(now).toISOString();
  const sequences = await listSequences(client);
  return { format: FORMAT, version, schema, postgresql, takenAt, tables: files, sequences, days };
}

async function copyTable(
  client: pg.Client,
  folder: string,
  { name, columns }: Table,
): Promise<TableFile> {
  const form = BINARY.has(name) ? 'binary' : 'text';
  const order = ORDER[name] === undefined ? '' : ` order by ${ORDER[name]}`;
  const rows = client.query(
    copyTo(
      `copy (select ${columns.map(identifier).join()} from ${identifier(name)}${order}) to stdout (format ${form})`,
    ),
  );
  const { bytes, sha256 } = await writeTableFile(folder, { name, form }, rows);
  return { name, columns: [...columns], form, rows: rows.rowCount, bytes, sha256 };
}

async function finish(unfinished: string, folder: string, manifest: Manifest): Promise<void> {
  const file = path.join(unfinished, MANIFEST);
  await writeFile(file, `${JSON.stringify(manifest, undefined, 1)}\n`, {
    mode: 0o600,
    flush: true,
  });
  await syncFolder(unfinished);
  await rename(unfinished, folder);
  await syncFolder(path.dirname(folder));
}
