/**
 * A server of several processes. This one holds the ports, the database where it is ours, and the listener of health and metrics, and does
 * nothing with mail; connections are dealt out in turn to the workers, each a whole server and a node of its own. A worker that dies takes
 * only its own sessions with it: the ports stay, the others serve, and who connects while none is up waits.
 */
import path from 'node:path';
import { systemClock, type Clock } from '#clock';
import { wrongConfig, type Config, type Mode } from '#config';
import type { Log } from '#log';
import type { RunningServer } from '#server/running';
import { checkSettings } from '#server/check-settings';
import { reachDatabase } from '#server/database';
import { closeDoors, type Doors } from '#server/listeners/doors';
import { failed, type StartFailure } from '#server/failure';
import type { DoorName } from '#server/listeners/inherited-sockets';
import { startSupervisedHttp } from '#servers/http/supervised';
import type { Socket } from 'node:net';
import { migrate } from '#store/database/migrate';
import { divideLimits } from './divide-limits.ts';
import { WorkerProcess } from './worker-process.ts';

export interface SupervisorOptions {
  readonly mode: Mode;
  readonly config: Config;
  readonly log: Log;
  readonly clock?: Clock;
  /** All of them: no worker binds a port. */
  readonly doors: Doors;
  /** The module that a worker runs. */
  readonly entry: URL;
  readonly forPeople: boolean;
}

const DEFAULT_GRACE = 10_000;
/** Its server lets forty connections in; a worker has about fifteen. */
const MOST_ON_OUR_DATABASE = 2;
/** So many wait while no worker is up. */
const MOST_WAITING = 1024;

export async function startSupervisor(
  options: SupervisorOptions,
): Promise<RunningServer | StartFailure> {
  await using parts = new AsyncDisposableStack();
  const started = await start(options, parts);
  if (started.kind === 'failed') return started;
  const kept = parts.move();
  let stopped: Promise<void> | undefined;
  const stop = (grace = DEFAULT_GRACE): Promise<void> => {
    started.grace.milliseconds = Math.min(started.grace.milliseconds, grace);
    if (stopped) for (const worker of started.workers) void worker.stop(grace);
    stopped ??= kept.disposeAsync();
    return stopped;
  };
  return { ...started.server, stop, [Symbol.asyncDispose]: () => stop() };
}

interface Started {
  readonly kind: 'started';
  readonly server: Omit<RunningServer, 'stop' | typeof Symbol.asyncDispose>;
  readonly workers: readonly WorkerProcess[];
  readonly grace: { milliseconds: number };
}

async function start(
  { mode, config, log, clock = systemClock, doors, entry, forPeople }: SupervisorOptions,
  parts: AsyncDisposableStack,
): Promise<Started | StartFailure> {
  parts.defer(() => closeDoors(doors));
  const problems = await checkSettings(config);
  if (problems.length > 0) return { kind: 'failed', ...wrongConfig(problems) };
  const { workers: count, database_url: elsewhere } = config;
  if (elsewhere === '' && count > MOST_ON_OUR_DATABASE) {
    return failed(
      `workers: the database in the data folder has connections for ${MOST_ON_OUR_DATABASE}, not for ${count}`,
      'Set DATABASE_URL to a PostgreSQL of yours with max_connections of 20 for each worker, or fewer workers.',
    );
  }
  const database = await reachDatabase(config, path.resolve(config.data_dir), log, clock, parts);
  if (database.kind === 'failed') return database;
  const { connection } = database;
  // once, not by all workers against each other
  const migrated = await tryToMigrate(connection);
  if (migrated.kind === 'failed') return migrated;
  if (migrated.applied > 0) log.info('database.migrated', { version: migrated.version });

  const grace = { milliseconds: DEFAULT_GRACE };
  const dealer = new Dealer();
  const part = divideLimits(config, count);
  const held = [...doors].map(([name, { address, port }]) => ({ name, address, port }));
  const workers = Array.from(
    { length: count },
    (_, i) =>
      new WorkerProcess({
        entry,
        log,
        monotonic: () => clock.monotonic(),
        ready: () => dealer.workerIsUp(),
        start: {
          kind: 'start',
          mode,
          config: part,
          connection,
          holdsControl: i === 0,
          forPeople,
          number: i + 1,
          doors: held,
        },
      }),
  );
  const http = await startSupervisedHttp({
    address: config['http.address'],
    port: config['http.port'],
    names: config['http.names'],
    hostname: config.hostname,
    log,
    workers,
    starts: () => workers.reduce((sum, { starts }) => sum + starts, 0),
    startedAt: Math.round(clock.now() / 1000),
  });
  if (http.kind === 'failed') return http;
  parts.defer(() => http.stop());
  parts.defer(() => Promise.all(workers.map((worker) => worker.stop(grace.milliseconds))).then());
  parts.defer(() => closeDoors(doors));

  const [first, ...others] = workers;
  // the first alone: what it makes in an empty database it makes once
  const up = await first!.begin();
  if (up.kind === 'failed') return up;
  for (const worker of others) worker.keep();
  dealer.workers = workers;
  for (const [name, door] of doors) door.open((socket) => dealer.deal(name, socket));
  const portOf = (name: DoorName): number => doors.get(name)?.port ?? 0;
  return {
    kind: 'started',
    grace,
    workers,
    server: {
      kind: 'running',
      firstAccounts: up.firstAccounts,
      ports: {
        smtp: portOf('smtp'),
        submission: portOf('submission'),
        submissions: portOf('submissions'),
        imap: portOf('imap'),
        imaps: portOf('imaps'),
        http: http.port,
      },
      reload(read) {
        for (const worker of workers) worker.reload(divideLimits(read, count));
        return Promise.resolve();
      },
    },
  };
}

/** Gives connections to workers in turn; who comes while none is up waits for the next. */
class Dealer {
  workers: readonly WorkerProcess[] = [];
  #next = 0;
  #waiting: { readonly door: DoorName; readonly socket: Socket }[] = [];

  deal(door: DoorName, socket: Socket): void {
    for (let tried = 0; tried < this.workers.length; tried++) {
      const worker = this.workers[this.#next++ % this.workers.length]!;
      if (worker.give(door, socket)) return;
    }
    if (this.#waiting.length >= MOST_WAITING) return void socket.destroy();
    socket.on('error', () => socket.destroy());
    this.#waiting.push({ door, socket });
  }

  workerIsUp(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { door, socket } of waiting) this.deal(door, socket);
  }
}

async function tryToMigrate(
  connection: Parameters<typeof migrate>[0],
): Promise<{ kind: 'migrated'; applied: number; version: number } | StartFailure> {
  try {
    const migrated = await migrate(connection);
    return migrated.kind === 'refused'
      ? failed(migrated.reason, migrated.remedy)
      : { kind: 'migrated', applied: migrated.applied.length, version: migrated.version };
  } catch (error) {
    return failed(
      `database_url: the database cannot be used: ${(error as Error).message}`,
      'Check DATABASE_URL and that PostgreSQL runs and lets this user in.',
    );
  }
}
