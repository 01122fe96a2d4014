import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DatabaseError, type Client } from 'pg';
import { openTestDatabase } from '../../../test/support/database/database.ts';
import { migrate } from './migrate.ts';

const FILES = fileURLToPath(new URL('../migrations/', import.meta.url));

/** Everything that a migration could leave behind. */
async function state(client: Client): Promise<unknown> {
  const { rows } = await client.query(
    `select (select array_agg(relname order by relname) from pg_class where relnamespace = 'public'::regnamespace) as relations,
       (select json_agg(v order by version) from schema_version v) as versions`,
  );
  return rows[0];
}

/** A folder with our migrations and one more file. */
async function folderWith(name: string, sql: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-migrations-'));
  await cp(FILES, folder, { recursive: true });
  await writeFile(path.join(folder, name), sql);
  return `${folder}/`;
}

test('an empty database gets the whole schema, once, whoever starts at the same moment', async () => {
  await using database = await openTestDatabase({ schema: 'empty' });
  const results = await Promise.all([1, 2, 3].map(() => migrate(database.connection)));
  const applied = results.flatMap((one) => (one.kind === 'ready' ? one.applied : [one.reason]));
  assert.deepEqual(applied, [...new Set(applied)]);
  assert.ok(applied.length > 0);
  const client = await database.connect();
  const before = await state(client);
  const again = await migrate(database.connection);
  assert.ok(again.kind === 'ready');
  assert.deepEqual(again.applied, []);
  assert.deepEqual(await state(client), before);
});

test('a migration that fails leaves nothing of itself nor of those with it, and the next start finds the old state', async () => {
  await using database = await openTestDatabase();
  const client = await database.connect();
  const before = await state(client);
  const folder = await folderWith('9001.do.good.sql', 'create table of_9001 (a integer);');
  try {
    await writeFile(
      `${folder}9002.do.bad.sql`,
      'create table of_9002 (a integer); insert into of_9002 values (1 / 0);',
    );
    await assert.rejects(migrate(database.connection, folder), DatabaseError);
    assert.deepEqual(await state(client), before);
    assert.equal((await migrate(database.connection)).kind, 'ready');
    await writeFile(`${folder}9002.do.bad.sql`, 'create table of_9002 (a integer);');
    const mended = await migrate(database.connection, folder);
    assert.ok(mended.kind === 'ready');
    assert.deepEqual([mended.version, mended.applied.length], [9002, 2]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a database that a newer version changed is refused, and left as it is', async () => {
  await using database = await openTestDatabase();
  const folder = await folderWith('9001.do.newer.sql', 'create table of_9001 (a integer);');
  try {
    assert.equal((await migrate(database.connection, folder)).kind, 'ready');
  } finally {
    await rm(folder, { recursive: true });
  }
  const client = await database.connect();
  const before = await state(client);
  const refused = await migrate(database.connection);
  assert.ok(refused.kind === 'refused');
  assert.match(refused.reason, /^the database has schema 9001, this version knows \d+$/);
  assert.match(refused.remedy, /newer version/);
  assert.deepEqual(await state(client), before);
});

test('a file that is not the one that was applied is refused by its name', async () => {
  await using database = await openTestDatabase();
  const folder = await folderWith('0004.do.events.sql', 'create table another (a integer);');
  try {
    const refused = await migrate(database.connection, folder);
    assert.ok(refused.kind === 'refused');
    assert.match(refused.reason, /0004\.do\.events\.sql/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

for (const encoding of ['SQL_ASCII', 'LATIN1'] as const) {
  test(`a database in ${encoding} is refused before anything is made in it`, async () => {
    await using database = await openTestDatabase({ schema: 'empty', encoding });
    const refused = await migrate(database.connection);
    assert.ok(refused.kind === 'refused');
    assert.equal(refused.reason, `the database is encoded in ${encoding}`);
    const client = await database.connect();
    const { rows } = await client.query(
      `select from pg_class where relnamespace = 'public'::regnamespace`,
    );
    assert.equal(rows.length, 0);
  });
}

test('PostgreSQL 14 is refused, 15 is not too old', async () => {
  for (const [version, refused] of [
    [140_012, true],
    [150_000, false],
  ] as const) {
    await using server = await postgresOfVersion(version);
    const migrated = await migrate({ host: '127.0.0.1', port: server.port, user: 'x' });
    assert.ok(migrated.kind === 'refused');
    assert.equal(
      migrated.reason,
      refused ? 'PostgreSQL 14 is too old' : 'the database is encoded in KOI8R',
    );
  }
});

/** As much of PostgreSQL's protocol as it takes to say which version it is: every query is answered with version and encoding. */
async function postgresOfVersion(version: number): Promise<AsyncDisposable & { port: number }> {
  const message = (type: string, ...parts: readonly (string | Buffer)[]): Buffer => {
    const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
    const length = Buffer.alloc(4);
    length.writeInt32BE(body.length + 4);
    return Buffer.concat([Buffer.from(type), length, body]);
  };
  const int16 = (value: number): Buffer => Buffer.of(value >> 8, value & 0xff);
  const int32 = (value: number): Buffer =>
    Buffer.concat([int16(value >> 16), int16(value & 0xffff)]);
  const ready = message('Z', 'I');
  const column = (name: string, type: number): Buffer =>
    Buffer.concat([
      Buffer.from(`${name}\0`),
      int32(0),
      int16(0),
      int32(type),
      int16(-1),
      int32(-1),
      int16(0),
    ]);
  const value = (text: string): Buffer => Buffer.concat([int32(text.length), Buffer.from(text)]);
  const answer = Buffer.concat([
    message('T', int16(2), column('version', 23), column('encoding', 25)),
    message('D', int16(2), value(String(version)), value('KOI8R')),
    message('C', 'SELECT 1\0'),
    ready,
  ]);
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', int32(0)), ready]));
      socket.on('data', (chunk) => void (chunk[0] === 0x51 && socket.write(answer)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
