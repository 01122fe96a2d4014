/**
 * The supervisor's own connection to the embedded server, as its superuser. Opening it is how we know that a
 * server is there (a pid file proves nothing); the advisory lock it holds is who runs the folder, and its end
 * is how a crash is noticed.
 */
import { hostname } from 'node:os';
import { Client } from 'pg';
import { PORT, type Layout } from './layout.ts';
import { codeOf, reasonOf } from './failure.ts';

export const DATABASE = 'hikyaku';
const SUPERUSER = 'postgres';
/** Ours may become it: it may read what it was let read, and nothing else. */
export const READER_ROLE = 'hikyaku_reader';
/** The lock's two keys: "hiky" and "aku" in ASCII. */
const LOCK = [0x68696b79, 0x00616b75] as const;

export type Probe =
  | { readonly kind: 'ready'; readonly session: Client; readonly pid: number }
  /** It answers, and takes no sessions yet, or no more (SQLSTATE 57P03). */
  | { readonly kind: 'busy'; readonly message: string }
  | { readonly kind: 'absent' }
  /** It answers and refuses us. */
  | { readonly kind: 'refused'; readonly message: string };

export type Lock =
  | { readonly kind: 'held' }
  | { readonly kind: 'taken'; readonly pid: number; readonly host: string };

/** Asks the server of a layout a question; with `ready`, the caller ends the session. */
export async function probe(layout: Layout): Promise<Probe> {
  const session = new Client({
    host: layout.socketDir,
    port: PORT,
    user: SUPERUSER,
    database: SUPERUSER,
    ssl: false,
    application_name: `hikyaku ${process.pid}@${hostname()}`.slice(0, 63),
    connectionTimeoutMillis: 10_000,
  });
  session.on('error', () => {});
  try {
    await session.connect();
    return await identify(session, layout);
  } catch (error) {
    await session.end().catch(() => {});
    return classify(error);
  }
}

/** Lets our process end while the session is open: what it waits for is its other work. */
export function unref(session: Client): void {
  (session as Client & { unref(): void }).unref();
}

/** Takes the lock for the life of the session, or says who has it. */
export async function takeLock(session: Client): Promise<Lock> {
  const { rows } = await session.query<{ held: boolean }>(
    'select pg_try_advisory_lock($1, $2) as held',
    [...LOCK],
  );
  if (rows[0]?.held) return { kind: 'held' };
  const holder = await session.query<{ name: string }>(
    `select a.application_name as name
       from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'advisory' and l.granted
        and l.classid = $1::bigint::oid and l.objid = $2::bigint::oid`,
    [...LOCK],
  );
  return { kind: 'taken', ...parseHolder(holder.rows[0]?.name ?? '') };
}

/** Makes the role and the database that the rest of the program uses, where they are missing. */
export async function ensureDatabase(session: Client): Promise<void> {
  const role = await session.query('select 1 from pg_roles where rolname = $1', [DATABASE]);
  if (role.rowCount === 0) await session.query(`create role ${DATABASE} login`);
  const reader = await session.query('select 1 from pg_roles where rolname = $1', [READER_ROLE]);
  if (reader.rowCount === 0)
    await session.query(`create role ${READER_ROLE} login role ${DATABASE}`);
  const database = await session.query('select 1 from pg_database where datname = $1', [DATABASE]);
  if (database.rowCount === 0) {
    await session.query(`create database ${DATABASE} owner ${DATABASE}`);
  }
}

/** A socket in a shared temporary folder could be another cluster's: the data folder has to be ours. */
async function identify(session: Client, layout: Layout): Promise<Probe> {
  const { rows } = await session.query<{ folder: string; pid: string }>(
    `select current_setting('data_directory') as folder,
            split_part(pg_read_file('postmaster.pid'), E'\\n', 1) as pid`,
  );
  const { folder, pid } = rows[0]!;
  if (folder === layout.cluster) return { kind: 'ready', session, pid: Number(pid) };
  await session.end();
  return {
    kind: 'refused',
    message: `the server at ${layout.socketDir} runs ${folder}, not ${layout.cluster}`,
  };
}

function classify(error: unknown): Probe {
  const code = codeOf(error);
  // 57P03 cannot_connect_now, 57P01 admin_shutdown, 57P02 crash_shutdown; 53300 too_many_connections.
  if (code === '57P03' || code === '57P01' || code === '57P02' || code === '53300') {
    return { kind: 'busy', message: reasonOf(error) };
  }
  // Any other SQLSTATE is an answer; the rest are the socket's own errors.
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code)) {
    return { kind: 'refused', message: reasonOf(error) };
  }
  return { kind: 'absent' };
}

function parseHolder(name: string): { pid: number; host: string } {
  const [, pid, host] = /^hikyaku (\d+)@(.*)$/.exec(name) ?? [];
  return { pid: Number(pid ?? 0), host: host ?? 'an unknown machine' };
}
