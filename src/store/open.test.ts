import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { systemClock } from '#clock';
import { silentLog } from '#log';
import { openTestDatabase } from '../../test/support/database.ts';
import { startEmbedded } from './embedded/start.ts';
import { migrate } from './migrate.ts';
import { openStore, type Opened } from './open.ts';

async function close(opened: Opened): Promise<string> {
  if (opened.kind === 'refused') return opened.reason;
  await opened.store[Symbol.asyncDispose]();
  return 'open';
}

test('a server that may forget what it confirmed is refused by the name of the setting, unless each is allowed', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'hikyaku-unsafe-'));
  try {
    const settings = { fsync: 'off', full_page_writes: 'off' };
    const server = await startEmbedded({ dataDir, log: silentLog, settings });
    assert.ok(server.kind === 'running');
    await using _ = server;
    const { connection } = server;
    assert.equal((await migrate(connection)).kind, 'ready');
    const open = async (...allowUnsafe: readonly string[]): Promise<string> =>
      close(await openStore({ connection, clock: systemClock, log: silentLog, allowUnsafe }));
    assert.match(await open(), /runs with (fsync|full_page_writes) = off/);
    assert.match(await open('fsync'), /runs with full_page_writes = off/);
    assert.match(await open('full_page_writes', 'synchronous_commit'), /runs with fsync = off/);
    assert.equal(await open('fsync', 'full_page_writes'), 'open');
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});

test('a database of which one setting is off for its users alone is refused too', async () => {
  await using database = await openTestDatabase();
  const client = await database.connect();
  await client.query(`alter database ${database.name} set synchronous_commit = off`);
  const { connection } = database;
  const opened = await openStore({ connection, clock: systemClock, log: silentLog });
  assert.ok(opened.kind === 'refused');
  assert.match(opened.reason, /synchronous_commit = off/);
  assert.match(opened.remedy, /HIKYAKU_ALLOW_UNSAFE=synchronous_commit/);
});

test('processes that share a database get numbers of their own, and the number of one that left goes to the next', async () => {
  await using database = await openTestDatabase();
  const { connection } = database;
  const allowUnsafe = ['fsync', 'full_page_writes', 'synchronous_commit'];
  const open = async () => {
    const opened = await openStore({ connection, clock: systemClock, log: silentLog, allowUnsafe });
    assert.ok(opened.kind === 'open');
    return opened.store;
  };
  const [first, second] = [await open(), await open()];
  assert.notEqual(first.node, second.node);
  const { node } = first;
  await first[Symbol.asyncDispose]();
  const third = await open();
  assert.equal(third.node, node);
  for (const store of [second, third]) await store[Symbol.asyncDispose]();
});
