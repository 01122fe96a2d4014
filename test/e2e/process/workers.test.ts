/**
 * A server of two workers under load: one of them is killed, or stuck, and nothing that was acknowledged is lost, the other goes on, and a
 * new one takes the place. Where the process that holds the ports dies, the workers end by themselves.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { alive } from '#store/embedded/postmaster';
import {
  eventually,
  prepareServer,
  startRunningServer,
  type RunningServer,
} from '../../support/program/running-server.ts';
import { Wire } from '../../support/smtp/wire.ts';
import { LineSocket } from '../../support/sockets/line-socket.ts';
import { acknowledged, nothingWrong, underLoad } from '../../support/program/under-load.ts';

const TWO = { HIKYAKU_WORKERS: '2' };
const SHORT_LEASE = path.resolve(import.meta.dirname, '../../chaos/short-lease.ts');
const HELD_WORKERS = path.join(import.meta.dirname, 'held-workers.ts');

/** Processes of the server that run the module of workers. */
function workersOf({ pid }: RunningServer): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => {
      try {
        const parent = /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${child}/status`, 'utf8'))?.[1];
        return (
          parent === String(pid) &&
          readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('worker.')
        );
      } catch {
        // it ended meanwhile
        return false;
      }
    });
}

interface Ready {
  readonly status: string;
  readonly workers: readonly { readonly worker: number; readonly status: string }[];
}

async function get(server: RunningServer, what: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:${server.ports.http}${what}`)).text();
}

async function statuses(server: RunningServer): Promise<string[]> {
  const { workers } = JSON.parse(await get(server, '/health/ready')) as Ready;
  return workers.map(({ status }) => status);
}

async function bothAreUp(server: RunningServer): Promise<void> {
  await eventually('both are up', async () =>
    (await statuses(server)).every((status) => status === 'ready'),
  );
}

async function figure(server: RunningServer, name: string): Promise<number> {
  const line = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(
    await get(server, '/metrics'),
  );
  return Number(line?.[1]);
}

test('one of two workers is killed under load: nothing is lost, the other serves, a new one comes', async () => {
  const env = { ...TWO, HIKYAKU_TEST_LEASE_SECONDS: '15' };
  await using loaded = await underLoad({ env, preload: [SHORT_LEASE] });
  const { server, client } = loaded;
  await bothAreUp(server);
  const faults: number[] = [];
  // the one with the control socket, and the other
  for (const which of [0, 1]) {
    const victim = workersOf(server).toSorted((a, b) => a - b)[which]!;
    const before = (await client.status()).acknowledged;
    faults.push(Date.now());
    process.kill(victim, 'SIGKILL');
    await acknowledged(client, before + 50);
    assert.equal(await server.isReady(), true);
    await bothAreUp(server);
  }
  assert.equal(await figure(server, 'hikyaku_worker_starts_total'), 4);
  assert.equal(await figure(server, 'hikyaku_workers'), 2);
  assert.ok((await server.json('account', 'list')).length > 0, 'the control socket is there again');

  faults.push(Date.now());
  server.signal('SIGTERM', 'group');
  assert.equal(await server.ended(), 0, server.lastWords());
  assert.equal(server.postmaster(), undefined, 'PostgreSQL was left running');
  await client.stop();
  await server.start();
  await nothingWrong(loaded, faults);
});

test('connections come to both workers, and figures are those of both', async () => {
  await using server = await startRunningServer({ env: TWO });
  await bothAreUp(server);
  const wires = await Promise.all(
    Array.from({ length: 8 }, () => Wire.open(server.ports.smtp, false)),
  );
  assert.equal(await figure(server, 'hikyaku_smtp_connections'), 8);
  for (const wire of wires) assert.equal((await wire.command('EHLO client.test')).code, 250);
  const [first] = workersOf(server);
  process.kill(first!, 'SIGKILL');
  const left = await eventually('half of them are left', async () => {
    const open = await figure(server, 'hikyaku_smtp_connections');
    return open === 4 && open;
  });
  assert.equal(left, 4);
  for (const wire of wires) wire.drop();
});

test('the round trip of the doctor arrives, whichever worker takes it', async () => {
  await using server = await startRunningServer({ env: TWO });
  await bothAreUp(server);
  // connections are dealt out in turn: each has two of them
  for (let round = 0; round < 4; round++) {
    const [trip] = await server.json('doctor', '--only', 'L2');
    assert.equal(trip!['finding'], 'arrived', JSON.stringify(trip));
  }
});

test('a client that comes while no worker is up waits, and is served', async () => {
  await using server = await startRunningServer({ env: TWO, preload: [HELD_WORKERS] });
  await bothAreUp(server);
  // those that come next are held before they begin: so long nobody serves, however slow this test is
  const hold = path.join(server.home, 'hold-workers');
  await writeFile(hold, '');
  for (const pid of workersOf(server)) process.kill(pid, 'SIGKILL');
  await eventually('none is up', async () =>
    (await statuses(server)).every((status) => status !== 'ready'),
  );
  await using client = await LineSocket.connect(server.ports.smtp);
  await rm(hold);
  assert.match((await client.restOfReply())[0]!, /^220 /);
  assert.match((await client.ask('NOOP'))[0]!, /^250 /);
});

test('when the process that holds the ports is killed, the workers end by themselves', async () => {
  await using server = await startRunningServer({ env: TWO });
  const pids = workersOf(server);
  assert.equal(pids.length, 2);
  server.signal('SIGKILL');
  assert.equal(await server.ended(), 'SIGKILL');
  await eventually('they are gone', () => pids.every((pid) => !alive(pid)));
  await server.start();
  await bothAreUp(server);
});

test('more workers than the database in the data folder has connections for are refused', async () => {
  await using server = await prepareServer({ env: { HIKYAKU_WORKERS: '3' } });
  server.launch();
  assert.equal(await server.ended(), 2);
  assert.match(server.lastWords(), /workers: .*not for 3[\s\S]*DATABASE_URL/);
});
