import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { systemClock } from '#clock';
import { silentLog } from '#log';
import { startEmbedded } from '#store/embedded/start';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database/database.ts';
import { databaseFolder } from '../../../test/support/database/folder.ts';
import { eventually } from '../../../test/support/program/running-server.ts';
import { migrate } from './migrate.ts';
import { openStore, type Opened, type Store } from './open.ts';

async function close(opened: Opened): Promise<string> {
  if (opened.kind === 'refused') return opened.reason;
  await opened.store[Symbol.asyncDispose]();
  return 'open';
}

test('a server that may forget what it confirmed is refused by the name of the setting, unless each is allowed', async () => {
  const dataDir = await mkdtemp(path.join(databaseFolder(), 'hikyaku-unsafe-'));
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

const allowUnsafe = ['fsync', 'full_page_writes', 'synchronous_commit'];

/** A process more on the database. */
async function openNode({ connection }: TestDatabase): Promise<Store> {
  const opened = await openStore({ connection, clock: systemClock, log: silentLog, allowUnsafe });
  assert.ok(opened.kind === 'open');
  return opened.store;
}

test('processes that share a database get numbers of their own, and one is given again only after all others', async () => {
  await using database = await openTestDatabase();
  const client = await database.connect();
  const [first, second] = [await openNode(database), await openNode(database)];
  await first[Symbol.asyncDispose]();
  const third = await openNode(database);
  assert.equal(new Set([first.node, second.node, third.node]).size, 3);
  // once round: the numbers that are held are passed over, the one that was left is not
  await client.query(`select setval('node_numbers', $1, false)`, [Number(first.node)]);
  const fourth = await openNode(database);
  assert.equal(fourth.node, first.node);
  await client.query(`select setval('node_numbers', $1, false)`, [Number(second.node)]);
  const fifth = await openNode(database);
  assert.ok(![second.node, third.node, fourth.node].includes(fifth.node));
  for (const store of [second, third, fourth, fifth]) await store[Symbol.asyncDispose]();
});

test('a process whose connection was lost holds its number again, and nobody got it meanwhile', async () => {
  await using database = await openTestDatabase();
  const client = await database.connect();
  const first = await openNode(database);
  const holders = async () => {
    const { rows } = await client.query<{ pid: number; number: number }>(
      `select pid, objid::integer as number from pg_locks
       where locktype = 'advisory' and classid = 7415202 and database = (select oid from pg_database where datname = current_database())`,
    );
    return rows;
  };
  const [held] = await holders();
  assert.equal(String(held!.number), first.node);
  await client.query('select pg_terminate_backend($1)', [held!.pid]);
  const second = await openNode(database);
  assert.notEqual(second.node, first.node);
  await eventually('the number is held again', async () => {
    const now = await holders();
    return (
      now.length === 2 &&
      now.some(({ pid, number }) => String(number) === first.node && pid !== held!.pid)
    );
  });
  const ids = new Set<string>();
  for (let n = 0; n < 2_000; n++) for (const store of [first, second]) ids.add(store.newId());
  assert.equal(ids.size, 4_000);
  for (const store of [first, second]) await store[Symbol.asyncDispose]();
});
