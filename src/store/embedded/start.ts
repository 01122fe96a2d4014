/**
 * The embedded PostgreSQL: started where no `DATABASE_URL` is given, watched while we run, stopped with us. The
 * server is a process of its own that outlives a hard kill of ours; the next start adopts it. Called by the
 * composition root and by the tests' global set-up.
 */
import type { Client } from 'pg';
import { systemClock, type Clock } from '#clock';
import type { Log } from '#log';
import { findBinaries } from './binaries.ts';
import { bringUp, type Parts, type Running } from './bring-up.ts';
import type { EmbeddedFailure } from './failure.ts';
import { sweepUnfinished } from './initialise.ts';
import { PORT, prepareLayout } from './layout.ts';
import { DATABASE, ensureDatabase, takeLock } from './session.ts';
import type { Settings } from './settings.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { Supervisor, type State } from './supervisor.ts';

export interface EmbeddedOptions {
  /** Absolute path; made if missing. */
  readonly dataDir: string;
  readonly log: Log;
  readonly clock?: Pick<Clock, 'monotonic'>;
  /** Told when the server goes down, when it is back, and when restarting it failed. */
  readonly onState?: (state: State) => void;
  /** Ends a start that is under way, with `start-failed`. */
  readonly signal?: AbortSignal;
  /** PostgreSQL's own settings, over ours. */
  readonly settings?: Settings;
  /** The `native` folder of another installation of the platform package. */
  readonly native?: string;
}

/** What `pg` needs to connect as the owner of the database. */
export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly ssl: false;
}

export interface EmbeddedServer extends AsyncDisposable {
  readonly kind: 'running';
  readonly connection: Connection;
  /** The same with the rights of PostgreSQL's superuser, in its own database: for tests and maintenance. */
  readonly superuser: Connection;
  /** The postmaster's pid, which changes with a restart after a crash. */
  readonly pid: number;
  /** Whether it was left running by a process that was killed. */
  readonly adopted: boolean;
  /** Stops it and waits; an aborted `hurry` skips the checkpoint. Safe to call again. */
  stop(hurry?: AbortSignal): Promise<void>;
}

/** Starts or adopts the folder's server. Expected failures come back; a bug throws. */
export async function startEmbedded(
  options: EmbeddedOptions,
): Promise<EmbeddedServer | EmbeddedFailure> {
  const binaries = await findBinaries(options.native);
  if ('kind' in binaries) return binaries;
  const layout = await prepareLayout(options.dataDir);
  if ('kind' in layout) return layout;
  const parts: Parts = {
    binaries,
    layout,
    settings: options.settings ?? {},
    log: options.log,
    monotonic: (options.clock ?? systemClock).monotonic,
  };
  const running = await bringUp(parts, options.signal);
  if (running.kind !== 'running') return running;
  const failure = await claim(running.session, layout.dataDir);
  if (failure) {
    await running.session.end();
    return failure;
  }
  await ensureDatabase(running.session);
  await sweepUnfinished(layout);
  options.log.info('database.ready', { pid: running.pid, adopted: running.adopted });
  return assemble(options, parts, running);
}

function assemble(options: EmbeddedOptions, parts: Parts, running: Running): EmbeddedServer {
  const supervisor = new Supervisor(parts, running, options.onState ?? (() => {}));
  const connection = { host: parts.layout.socketDir, port: PORT, ssl: false as const };
  return {
    kind: 'running',
    connection: { ...connection, user: DATABASE, database: DATABASE },
    superuser: { ...connection, user: 'postgres', database: 'postgres' },
    adopted: running.adopted,
    get pid() {
      return supervisor.pid;
    },
    stop: (hurry) => supervisor.stop(hurry),
    [Symbol.asyncDispose]: () => supervisor.stop(),
  };
}

/** The lock is free a moment after the kernel closed a killed holder's socket. */
async function claim(session: Client, dataDir: string): Promise<EmbeddedFailure | undefined> {
  for (let tries = 20; ; tries--) {
    const lock = await takeLock(session);
    if (lock.kind === 'held') return undefined;
    if (tries > 0) {
      await delay(50);
      continue;
    }
    return {
      kind: 'in-use',
      pid: lock.pid,
      host: lock.host,
      message: `The data folder ${dataDir} is in use by process ${lock.pid} on ${lock.host}.`,
      remedy: `Stop that process (kill ${lock.pid}), or give this one another folder by HIKYAKU_DATA_DIR.`,
    };
  }
}
