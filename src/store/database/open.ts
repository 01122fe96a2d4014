/**
 * The open store of a process: a pool for reading, the writer for group commits, notices, and this node's number. Everything that
 * remembers takes one of these. The settings that would let an acknowledged message be lost refuse to open.
 */
import type pg from 'pg';
import type { Clock } from '#clock';
import type { Log } from '#log';
import { Writer } from '#store/writer/writer';
import { ClosingPool } from './closing-pool.ts';
import { idGenerator, type NewId } from './ids.ts';
import { NodePlace } from './node.ts';
import { Notices } from './notices.ts';

/** The pool as those hold it who hand it on to functions of the store. */
export type Pool = pg.Pool;

export interface Store extends AsyncDisposable {
  readonly connection: pg.ClientConfig;
  readonly pool: pg.Pool;
  readonly writer: Writer;
  /** Writes what attempts of the queue came to, so that mail coming in does not wait for mail going out. */
  readonly queueWriter: Writer;
  readonly notices: Notices;
  /** This process among those that share the database, as it was when it started; names its leases, for people. */
  readonly node: string;
  readonly newId: NewId;
  readonly clock: Clock;
}

export interface StoreOptions {
  readonly connection: pg.ClientConfig;
  readonly clock: Clock;
  readonly log: Log;
  /** Names of durability settings that the operator allows to be off. */
  readonly allowUnsafe?: readonly string[];
}

export type Opened =
  | { readonly kind: 'open'; readonly store: Store }
  | { readonly kind: 'refused'; readonly reason: string; readonly remedy: string };

const POOL_SIZE = 8;
/** Each of these off means that PostgreSQL may forget what it confirmed. */
const DURABLE = ['fsync', 'full_page_writes', 'synchronous_commit'] as const;

/** Opens a migrated database. @throws when it cannot be reached */
export async function openStore({
  connection,
  clock,
  log,
  allowUnsafe = [],
}: StoreOptions): Promise<Opened> {
  const settings = { application_name: 'hikyaku', options: '-c timezone=UTC', ...connection };
  const pool = new ClosingPool({ ...settings, max: POOL_SIZE, connectionTimeoutMillis: 5000 });
  pool.on('error', (error) => log.warn('store.connection-lost', { error: error.message }));
  const unsafe = await unsafeSetting(pool, allowUnsafe);
  if (unsafe !== undefined) {
    await pool.end();
    return {
      kind: 'refused',
      reason: `PostgreSQL runs with ${unsafe} = off: it may forget mail that was acknowledged`,
      remedy: `Set ${unsafe} = on in postgresql.conf, or allow it by name: HIKYAKU_ALLOW_UNSAFE=${unsafe}`,
    };
  }
  const notices = new Notices(settings, log);
  await notices.start();
  const place = await NodePlace.take(settings, log);
  const writer = new Writer({ connection: settings, clock, log });
  const queueWriter = new Writer({ connection: settings, clock, log });
  const store: Store = {
    connection: settings,
    pool,
    writer,
    queueWriter,
    notices,
    node: String(place.number),
    newId: idGenerator(() => place.number, clock),
    clock,
    async [Symbol.asyncDispose]() {
      await Promise.all([writer.close(), queueWriter.close()]);
      await notices.close();
      await place.leave();
      await pool.end();
    },
  };
  return { kind: 'open', store };
}

async function unsafeSetting(
  pool: pg.Pool,
  allowed: readonly string[],
): Promise<string | undefined> {
  const { rows } = await pool.query<{ name: string }>(
    `select name from pg_settings where name = any($1) and setting = 'off'`,
    [DURABLE],
  );
  return rows.map(({ name }) => name).find((name) => !allowed.includes(name));
}
