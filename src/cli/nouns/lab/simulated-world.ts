/**
 * A server with a practice Internet of its own, in a temporary folder with an embedded database, on a network that is free: for simulations. It is
 * the server that `hikyaku dev` runs; its calendar stands still, and nothing of it is left behind.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '#clock';
import { loadConfig, wrongConfig, type Config } from '#config';
import { labClock, type LabClock } from '#lab/clock';
import { PORTS } from '#lab/network';
import type { SimulatedWorld } from '#lab/simulation/world';
import { silentLog } from '#log';
import { startServer } from '#server';
import type { Surrounded, Surroundings } from '#server/surroundings';
import { CommandFailure } from '#cli/failure';
import { labAround, type LabAround } from '#cli/nouns/serve/lab-world';
import type { Store } from '#store/database/open';

export interface OpenSimulation extends AsyncDisposable {
  readonly world: SimulatedWorld;
}

/** @param begins calendar milliseconds @throws CommandFailure */
export async function openSimulatedWorld(begins: number, seed: number): Promise<OpenSimulation> {
  await using parts = new AsyncDisposableStack();
  const folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-simulation-'));
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  // PostgreSQL runs as another user where we are root
  await chmod(folder, 0o755);
  const password = randomBytes(12).toString('hex');
  const given = await configIn(folder, password, seed);
  // moved by steps alone
  const clock: LabClock = labClock({ ...systemClock, now: () => begins });
  const around = labAround(given, silentLog, { clock });
  const server = await serverIn(around, parts);
  const shop = path.join(folder, 'app');
  await mkdir(shop, { mode: 0o700 });
  const { network, settle } = around.world;
  const ending = new AbortController();
  parts.defer(() => ending.abort());
  const opened = parts.move();
  return {
    world: {
      pool: server.store.pool,
      clock,
      network,
      resolver: around.surroundings.resolver,
      settle,
      folder: shop,
      source: network.addressOf('mail.example.test'),
      submission: {
        host: 'mail.example.test',
        port: 587,
        tls: 'starttls',
        user: 'alice@example.test',
        password,
      },
      queueIsIdle: server.around.queueIsIdle,
      ends: ending.signal,
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Started, and what it tells its surroundings. */
async function serverIn(
  { config, surroundings }: LabAround,
  parts: AsyncDisposableStack,
): Promise<{ readonly store: Store; readonly around: Surrounded }> {
  let store: Store | undefined;
  let around: Surrounded | undefined;
  const watched: Surroundings = {
    ...surroundings,
    // the middle of the jitter: a draw for each retry would come to another one each time, since retries of three sites come in no order
    random: () => 0.5,
    async open(given) {
      store = given;
      const opened = await surroundings.open(given);
      if (opened.kind === 'failed') return opened;
      return {
        ...opened,
        async begin(server) {
          around = server;
          await opened.begin(server);
        },
        [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
      };
    },
  };
  const server = await startServer({
    mode: 'dev',
    config: simulated(config),
    log: silentLog,
    surroundings: watched,
  });
  if (server.kind === 'failed') throw new CommandFailure(server.message, server.remedy);
  parts.use(server);
  return { store: store!, around: around! };
}

/** One delivery at a time, so that each site sees mail in one order; and the newsletter alone goes out, without reports of ours. */
function simulated(config: Config): Config {
  return {
    ...config,
    'queue.attempts': 1,
    'reports.tls': false,
    'reports.dmarc': false,
    'alerts.mail': false,
    'acme.directory': 'off',
  };
}

/** The settings of `dev`, whatever this machine is set to. */
async function configIn(folder: string, password: string, seed: number): Promise<Config> {
  const prefix = await freeNetwork();
  const own = `${prefix}.25.25`;
  const file = path.join(folder, 'hikyaku.toml');
  await writeFile(file, '');
  const listening = ['smtp', 'submission', 'submissions', 'imap', 'imaps'].map(
    (name) => [`${name}.address`, own] as const,
  );
  const read = loadConfig({
    mode: 'dev',
    environment: {},
    file,
    flags: {
      ...Object.fromEntries(listening),
      data_dir: path.join(folder, 'data'),
      dev_password: password,
      'http.address': own,
      'lab.network': prefix,
      'lab.seed': String(seed),
    },
  });
  if (read.kind === 'config') return read.config;
  const { message, remedy } = wrongConfig(read.problems);
  throw new CommandFailure(message, remedy);
}

/** The second numbers that are looked at: above those that settings name. */
const NETWORKS = { first: 100, count: 150 };

/** The first two numbers of a network in which no practice Internet runs. @throws CommandFailure */
async function freeNetwork(): Promise<string> {
  for (let tried = 0; tried < NETWORKS.count; tried++) {
    const prefix = `127.${NETWORKS.first + ((process.pid + tried) % NETWORKS.count)}`;
    if (await isFree(`${prefix}.0.53`)) return prefix;
  }
  throw new CommandFailure(
    'no network of the loopback is free for a simulation',
    'It needs addresses from 127.100.0.0 on, which systems with one loopback address do not have.',
  );
}

/** The resolver of a practice Internet listens for as long as that runs. */
function isFree(address: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer().on('error', () => resolve(false));
  server.listen(PORTS.get(53), address, () => server.close(() => resolve(true)));
  return promise;
}
