/**
 * The whole program under signals, under the loss of its database and of its disk space: it ends with exit code 0,
 * answers 4yz where it cannot store, goes on by itself, and nothing that it acknowledged is lost.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { Target } from '../chaos/client.ts';
import { readLedger, type Answered, type ClientLine } from '../chaos/ledger.ts';
import { startClient, startSink, type Client, type Sink } from '../chaos/programs.ts';
import { conclude, setUp, type Ledgers } from '../chaos/stage.ts';
import {
  eventually,
  PASSWORD,
  prepareServer,
  startRunningServer,
  type RunningServer,
} from '../support/running-server.ts';
import { Lost, Wire } from '../support/smtp-wire.ts';

const SESSIONS = 24;

interface Loaded extends AsyncDisposable {
  readonly server: RunningServer;
  readonly client: Client;
  readonly sink: Sink;
  readonly ledgers: Ledgers;
}

/** A server, a sink and a client that sends without end, past its first fifty messages. */
async function underLoad(options: Parameters<typeof startRunningServer>[0] = {}): Promise<Loaded> {
  const stack = new AsyncDisposableStack();
  try {
    const folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-signals-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const ledgers = { client: path.join(folder, 'client'), sink: path.join(folder, 'sink') };
    const sink = stack.use(await startSink(ledgers.sink, 1));
    sink.calm();
    const server = stack.use(await startRunningServer(options));
    await setUp(server, sink);
    const connections = targets(server);
    const client = stack.use(
      startClient({ ledger: ledgers.client, seed: 1, password: PASSWORD, connections }),
    );
    await acknowledged(client, 50);
    return { server, client, sink, ledgers, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

function targets({ ports }: RunningServer): Target[] {
  return Array.from({ length: SESSIONS }, (_, i): Target =>
    i % 3 === 0
      ? { port: ports.submission, via: 'submission', tls: 'starttls' }
      : { port: ports.smtp, via: 'mx', tls: 'none' },
  );
}

async function acknowledged(client: Client, atLeast: number): Promise<number> {
  return eventually(`${atLeast} messages are acknowledged`, async () => {
    const { acknowledged } = await client.status();
    return acknowledged >= atLeast && acknowledged;
  });
}

async function nothingWrong({ server, ledgers }: Loaded, faults: readonly number[]): Promise<void> {
  const spans = faults.map((at) => ({ from: at, until: Date.now() }));
  const { verdict, complaints } = await conclude(server, ledgers, spans);
  assert.deepEqual({ wrongs: verdict.wrongs, complaints }, { wrongs: [], complaints: [] });
  assert.ok(verdict.acknowledged >= 50);
}

async function answers({ client }: Ledgers): Promise<Answered[]> {
  const lines = await readLedger<ClientLine>(client);
  return lines.filter((line) => line.kind === 'answered');
}

test('SIGINT to the whole process group under load ends it with 0; nothing acknowledged is lost', async () => {
  await using loaded = await underLoad();
  const { server, client } = loaded;
  const at = Date.now();
  server.signal('SIGINT', 'group');
  assert.equal(await server.ended(), 0, server.lastWords());
  assert.equal(server.postmaster(), undefined, 'PostgreSQL was left running');
  await client.stop();
  await server.start();
  await nothingWrong(loaded, [at]);
});

test('a Ctrl-C in npm start, which npm hands on once more, ends it with 0', async () => {
  await using server = await startRunningServer({ npm: true });
  server.signal('SIGINT', 'group');
  await eventually('it has heard', async () => (await server.log()).includes('server.signal'));
  server.signal('SIGINT');
  assert.equal(await server.ended(), 0, server.lastWords());
  assert.equal((await server.log()).split('server.signal').length - 1, 1, 'it counted two');
});

test('SIGTERM closes sessions with 421, lets no message hang, and ends it with 0', async () => {
  await using loaded = await underLoad();
  const { server, client, ledgers } = loaded;
  const idle = await Wire.open(server.ports.smtp, false);
  assert.equal((await idle.command('EHLO client.test')).code, 250);
  const at = Date.now();
  server.signal('SIGTERM');
  assert.equal((await idle.reply()).code, 421);
  await assert.rejects(idle.reply(), Lost);
  assert.equal(await server.ended(), 0, server.lastWords());
  assert.equal(server.postmaster(), undefined, 'PostgreSQL was left running');
  await client.stop();
  const codes = new Set((await answers(ledgers)).map(({ code }) => code));
  for (const code of codes) assert.ok(code < 500, `answered ${code}`);
  await server.start();
  await nothingWrong(loaded, [at]);
});

test('a second start on the same folder says who runs, and the first goes on', async () => {
  await using first = await startRunningServer();
  await using second = await prepareServer({ data: first.data, shared: true });
  second.launch();
  assert.equal(await second.ended(), 2, second.lastWords());
  assert.match(second.lastWords(), new RegExp(`in use by process ${first.pid}\\b`));
  assert.equal(await first.isReady(), true);
});

test('when its database is killed under load, clients are put off, and it recovers by itself', async () => {
  // what was claimed when the database went is free again when its lease has run out
  const lease = path.resolve(import.meta.dirname, '../chaos/short-lease.ts');
  const env = { HIKYAKU_TEST_LEASE_SECONDS: '15' };
  await using loaded = await underLoad({ preload: [lease], env });
  const { server, client, ledgers } = loaded;
  const { pid } = server;
  const faults: number[] = [];
  for (const victim of ['postmaster', 'backend'] as const) {
    const before = (await client.status()).acknowledged;
    const [backend] = server.backends();
    faults.push(Date.now());
    process.kill(victim === 'postmaster' ? server.postmaster()! : backend!, 'SIGKILL');
    await eventually('a client is put off', async () =>
      (await answers(ledgers)).some(({ code }) => code >= 400 && code < 500),
    );
    await acknowledged(client, before + 50);
    await server.ready();
  }
  await client.stop();
  assert.equal(server.pid, pid);
  assert.equal(server.running, true);
  const all = await answers(ledgers);
  assert.deepEqual(
    all.filter(({ code }) => code >= 500),
    [],
  );
  await nothingWrong(loaded, faults);
});

test('with a full disk it answers 452 and keeps what it has; with room again it goes on', async (t) => {
  await using disk = await smallDisk(220);
  if (disk.refused !== undefined) {
    t.skip(disk.refused);
    return;
  }
  await using loaded = await underLoad({ data: path.join(disk.path, 'data') });
  const { server, client, ledgers } = loaded;
  const at = Date.now();
  // so many that the queue's own writing meets the full disk as well
  await eventually(
    'clients are told that the store is full',
    async () => {
      await disk.fill();
      return (await answers(ledgers)).filter(({ code }) => code === 452).length >= 200;
    },
    60,
  );
  const before = await client.status();
  await disk.empty();
  await acknowledged(client, before.acknowledged + 50);
  await client.stop();
  assert.equal(server.running, true);
  await nothingWrong(loaded, [at]);
});

test('it starts with nothing at all in its environment', async () => {
  await using server = await startRunningServer({ bare: true });
  const accounts = await server.json('account', 'list');
  assert.equal(accounts.length, 2);
  assert.equal(await server.end('SIGTERM'), 0);
});

interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  /** Why there is none. */
  readonly refused: string | undefined;
  fill(): Promise<void>;
  empty(): Promise<void>;
}

/** A file system of its own in memory, where mounting is allowed. */
async function smallDisk(megabytes: number): Promise<SmallDisk> {
  const folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-disk-'));
  const options = ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'tmpfs', folder];
  const { status, stderr } = spawnSync('mount', options, { encoding: 'utf8' });
  const refused = status === 0 ? undefined : `no small disk can be mounted: ${stderr?.trim()}`;
  let fillers = 0;
  return {
    path: folder,
    refused,
    async fill() {
      const { bavail, bsize } = await statfs(folder);
      const file = path.join(folder, `filler-${fillers++}`);
      // what is left over after the last whole block is no room for anybody
      await writeFile(file, Buffer.alloc(bavail * bsize)).catch(() => {});
    },
    async empty() {
      for (; fillers > 0; fillers--) await rm(path.join(folder, `filler-${fillers - 1}`));
    },
    async [Symbol.asyncDispose]() {
      if (refused === undefined) spawnSync('umount', ['-l', folder], { stdio: 'ignore' });
      await rm(folder, { recursive: true, force: true });
    },
  };
}
