import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { openTestDatabase } from '../test/support/database/database.ts';
import { dumpSchema, SCHEMA_FILE } from './schema-dump.ts';

test('schema.sql is what the migrations add up to', async () => {
  await using database = await openTestDatabase();
  const client = await database.connect();
  const kept = await readFile(SCHEMA_FILE, 'utf8');
  assert.equal(kept, await dumpSchema(client), 'write it anew with: bin/node tools/schema-dump.ts');
});

test('a column more is seen', async () => {
  await using database = await openTestDatabase();
  const client = await database.connect();
  const before = await dumpSchema(client);
  await client.query('alter table tenants add column colour text');
  assert.notEqual(await dumpSchema(client), before);
});
