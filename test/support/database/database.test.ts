import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestDatabase } from './database.ts';

test('each test database is a fresh UTF-8 database that vanishes when closed', async () => {
  const first = await openTestDatabase();
  const second = await openTestDatabase();
  const client = await first.connect();
  await client.query(`create table of_first (a text collate "C")`);
  const { rows } = await client.query(
    `select pg_encoding_to_char(encoding) as encoding from pg_database where datname = current_database()`,
  );
  assert.deepEqual(rows, [{ encoding: 'UTF8' }]);
  const other = await second.connect();
  const { rows: found } = await other.query(`select to_regclass('of_first') as found`);
  assert.deepEqual(found, [{ found: null }]);
  await first.close();
  const { rowCount } = await other.query('select 1 from pg_database where datname = $1', [
    first.name,
  ]);
  assert.equal(rowCount, 0);
  await second.close();
});

test('the owner of a test database has no rights of a superuser', async () => {
  await using database = await openTestDatabase({ schema: 'empty' });
  const client = await database.connect();
  const { rows } = await client.query(
    `select current_user as name, rolsuper from pg_roles where rolname = current_user`,
  );
  if (process.env['DATABASE_URL'] === undefined) {
    assert.deepEqual(rows, [{ name: 'hikyaku', rolsuper: false }]);
  }
});
