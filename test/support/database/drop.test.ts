import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from 'pg';
import { dropDatabase } from './drop.ts';
import { startPostgresServer } from './postgres-server.ts';
import { eventually } from '../program/running-server.ts';

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return client;
}

test('its owner drops a database while autovacuum is at work in it, and somebody is connected', async (t) => {
  // a worker comes at once, and takes its time with a page
  const server = await startPostgresServer({
    autovacuum_naptime: '1s',
    autovacuum_vacuum_cost_limit: '1',
    autovacuum_vacuum_cost_delay: '100ms',
  });
  t.after(() => server.stop());
  const superuser = await connect(server.url);
  t.after(() => superuser.end());
  await superuser.query('create database left_behind owner hikyaku');

  const at = (database: string): string => {
    const url = new URL(server.url);
    url.username = 'hikyaku';
    url.pathname = `/${database}`;
    return url.href;
  };
  const guest = await connect(at('left_behind'));
  t.after(() => guest.end().catch(() => {}));
  await guest.query(
    'create table t as select n, repeat(n::text, 50) from generate_series(1, 20000) n',
  );
  await guest.query('delete from t');
  // what autovacuum goes by is told at once, not after ten idle seconds
  await guest.query('select pg_stat_force_next_flush()');
  await eventually('autovacuum in the database', async () => {
    const { rowCount } = await superuser.query(
      `select 1 from pg_stat_activity where datname = 'left_behind' and backend_type = 'autovacuum worker'`,
    );
    return rowCount === 1;
  });

  const owner = await connect(at('postgres'));
  t.after(() => owner.end());
  await dropDatabase(owner, 'left_behind');
  const { rowCount } = await owner.query(`select 1 from pg_database where datname = 'left_behind'`);
  assert.equal(rowCount, 0);
  await dropDatabase(owner, 'left_behind');
});
