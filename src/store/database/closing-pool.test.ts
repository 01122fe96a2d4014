import assert from 'node:assert/strict';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import { Client } from 'pg';
import { openTestDatabase } from '../../../test/support/database/database.ts';
import { ClosingPool } from './closing-pool.ts';

test('a pool has ended when its connections are closed, not when they were asked to', async () => {
  const database = await openTestDatabase();
  const { host, port, user, password, database: name } = new Client(database.connection);
  const farewells: (() => void)[] = [];
  const heard = Promise.withResolvers<void>();
  // between the pool and its database: what closes a connection waits here
  const between = createServer({ allowHalfOpen: true }, (client) => {
    const server = createConnection(
      host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port },
    );
    client.on('data', (bytes) => {
      if (bytes[0] === 0x58) return;
      server.write(bytes);
    });
    client.on('end', () => {
      farewells.push(() => server.end());
      if (farewells.length === 2) heard.resolve();
    });
    server.pipe(client);
  });
  between.listen(0, '127.0.0.1');
  await once(between, 'listening');
  const pool = new ClosingPool({
    user,
    password,
    database: name,
    host: '127.0.0.1',
    port: (between.address() as AddressInfo).port,
    ssl: false,
  });
  await Promise.all([pool.query('select 1'), pool.query('select 1')]);
  assert.equal(pool.totalCount, 2);
  let ended = false;
  const ending = pool.end().then(() => (ended = true));
  await heard.promise;
  assert.equal(ended, false);
  for (const farewell of farewells) farewell();
  await ending;
  between.close();
  await database.close();
});

test('a connection that is lost while somebody holds it, and asks nothing, fails their next query and nothing else', async () => {
  const database = await openTestDatabase();
  const pool = new ClosingPool({ ...database.connection, max: 2 });
  try {
    const held = await pool.connect();
    const { rows } = await held.query<{ pid: number }>('select pg_backend_pid() as pid');
    const gone = Promise.withResolvers<void>();
    held.once('end', gone.resolve);
    await pool.query('select pg_terminate_backend($1)', [rows[0]!.pid]);
    await gone.promise;
    await assert.rejects(held.query('select 1'));
    held.release(true);
    assert.equal((await pool.query('select 1 as one')).rowCount, 1);
  } finally {
    await pool.end();
    await database[Symbol.asyncDispose]();
  }
});
