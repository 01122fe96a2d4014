/**
 * The whole program under signals, under the loss of its database and of its disk space: it ends with exit code 0,
 * answers 4yz where it cannot store, goes on by itself, and nothing that it acknowledged is lost.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import pg from 'pg';
import {
  eventually,
  prepareServer,
  startRunningServer,
  type RunningServer,
} from '../../support/program/running-server.ts';
import { smallDisk } from '../../support/machine/small-disk.ts';
import { Lost, Wire } from '../../support/smtp/wire.ts';
import {
  acknowledged,
  answers,
  nothingWrong,
  underLoad,
} from '../../support/program/under-load.ts';

const SHORT_LEASE = path.resolve(import.meta.dirname, '../../chaos/short-lease.ts');

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
  const env = { HIKYAKU_TEST_LEASE_SECONDS: '15' };
  await using loaded = await underLoad({ preload: [SHORT_LEASE], env });
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

test('with a full disk it answers 452 or 451 and keeps what it has, even when PostgreSQL panics; with room again it goes on', async (t) => {
  await using disk = await smallDisk(220);
  if (disk.refused !== undefined) {
    t.skip(disk.refused);
    return;
  }
  const env = { HIKYAKU_TEST_LEASE_SECONDS: '15' };
  const data = path.join(disk.path, 'data');
  await using loaded = await underLoad({ data, preload: [SHORT_LEASE], env });
  const { server, client, ledgers } = loaded;
  const { pid } = server;
  const at = Date.now();

  // a file of the log that is nearly empty, so that at first there is room for the log alone
  await switchLog(server, 1);
  // so many that the queue's own writing meets the full disk as well
  await eventually(
    'clients are told that the store is full',
    async () => {
      await disk.fill();
      return (await answers(ledgers)).filter(({ code }) => code === 452).length >= 200;
    },
    180,
  );
  await saysWhatIsWrong(server);
  await isPutOff(server);
  await disk.empty();
  await acknowledged(client, (await client.status()).acknowledged + 50, 180);

  // no room for the log either: PostgreSQL gives up, and cannot even recover
  await eventually(
    'PostgreSQL panics and cannot start again',
    async () => {
      await disk.fill();
      await switchLog(server, 10);
      return (await server.log()).includes('"database.restart-failed"');
    },
    180,
  );
  await saysWhatIsWrong(server);
  await isPutOff(server);
  const before = await client.status();
  await disk.empty();
  await acknowledged(client, before.acknowledged + 50, 180);
  await server.ready();
  await client.stop();
  assert.equal(server.pid, pid);
  assert.equal(server.running, true);
  const codes = new Set((await answers(ledgers)).map(({ code }) => code));
  assert.deepEqual(
    [...codes].filter((code) => ![250, 451, 452].includes(code)),
    [],
  );
  await nothingWrong(loaded, [at]);
});

/** Makes PostgreSQL begin new files of its log, as its writing would sooner or later. */
async function switchLog({ connection }: RunningServer, times: number): Promise<void> {
  const superuser = { ...connection, user: 'postgres', database: 'postgres' };
  const client = new pg.Client({ ...superuser, connectionTimeoutMillis: 60_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    for (let i = 0; i < times; i++) {
      // a file without records is not left behind
      await client.query(`select pg_logical_emit_message(false, 'test', 'x'), pg_switch_wal()`);
    }
  } catch {
    // it has gone
  } finally {
    await client.end().catch(() => {});
  }
}

/** The command line has an answer, or the cause and what to do about it; it never hangs. */
async function saysWhatIsWrong(server: RunningServer): Promise<void> {
  for (const words of [
    ['queue', 'list', '--limit', '5'],
    ['queue', 'shape'],
    ['mail', 'list', 'alice@example.test', '--limit', '5'],
  ]) {
    const { code, stderr } = await server.command(...words);
    assert.ok(code === 0 || code === 2, `hikyaku ${words.join(' ')}: exit ${code}`);
    if (code === 2) assert.match(stderr, /cannot use its database.*\n.*(room|log)/s);
  }
  const live = await fetch(`http://127.0.0.1:${server.ports.http}/health/live`);
  await live.body?.cancel();
  assert.equal(live.status, 200);
}

/** A message that comes in now is refused for now, soon: not taken, and not left without an answer. */
async function isPutOff({ ports }: RunningServer): Promise<void> {
  const wire = await Wire.open(ports.smtp, false);
  const say = async (line: string): Promise<number> => {
    const late = AbortSignal.timeout(PUT_OFF_PATIENCE);
    const { promise, reject } = Promise.withResolvers<never>();
    late.addEventListener('abort', () => reject(new Error(`no answer to ${line}`)));
    return (await Promise.race([wire.command(line), promise])).code;
  };
  try {
    assert.equal(await say('EHLO client.test'), 250);
    const lines = [
      'MAIL FROM:<x@client.test>',
      'RCPT TO:<bob@example.test>',
      'DATA',
      // too large for what room there may be within the files of the database
      `Subject: large\r\n\r\n${`${'x'.repeat(70)}\r\n`.repeat(10_000)}.`,
    ];
    let code = 250;
    for (const line of lines) {
      code = await say(line);
      if (code >= 400) break;
    }
    assert.ok(code === 451 || code === 452, `answered ${code}`);
  } finally {
    wire.drop();
  }
}

/** Longer than any wait for the database. Milliseconds. */
const PUT_OFF_PATIENCE = 60_000;

test('a start that finds its port taken ends with 2, in order and without a warning', async () => {
  await using first = await startRunningServer();
  await using second = await prepareServer({
    env: { HIKYAKU_SUBMISSIONS_PORT: String(first.ports.smtp) },
  });
  second.launch();
  assert.equal(await second.ended(), 2, second.lastWords());
  assert.match(second.lastWords(), /EADDRINUSE/);
  assert.doesNotMatch(await second.log(), /"level":"(warn|error)"/);
  assert.equal(second.postmaster(), undefined, 'PostgreSQL was left running');
});

test('it starts with nothing at all in its environment', async () => {
  await using server = await startRunningServer({ bare: true });
  const accounts = await server.json('account', 'list');
  assert.equal(accounts.length, 2);
  assert.equal(await server.end('SIGTERM'), 0);
});
