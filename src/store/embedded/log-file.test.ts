import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { boundLog, logSince, openLog, sizeOf } from './log-file.ts';

const MB = 1024 * 1024;

test('a full log is put aside and cut while PostgreSQL goes on writing to it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'hikyaku-log-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'postgres.log');
  const writer = await openLog(file);
  await writer.write('x'.repeat(4 * MB));
  await boundLog(file);
  await writer.write('after\n');
  await writer.close();
  assert.equal(await readFile(file, 'utf8'), 'after\n');
  assert.equal(await sizeOf(`${file}.1`), 4 * MB);
});

test('a log below its bound is left alone, and a missing one is no error', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'hikyaku-log-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'postgres.log');
  await boundLog(file);
  await writeFile(file, 'one\ntwo\n');
  await boundLog(file);
  assert.equal(await logSince(file, 4), 'two\n');
  assert.equal(await logSince(file, 9_999), 'one\ntwo\n');
  assert.equal(await logSince(join(folder, 'none'), 0), '');
});
