import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sqlFileFindings, sqlInCodeFindings } from './sql-rule.ts';

function inCode(path: string, text: string): number {
  return sqlInCodeFindings([{ path, text }]).length;
}

function inFile(text: string): number {
  return sqlFileFindings([{ path: 'src/store/migrations/001.sql', text }]).length;
}

test('SQL in the store takes its times as parameters', () => {
  assert.equal(inCode('src/store/a.ts', 'q(`select id from t where at < $1`)'), 0);
  for (const expression of [
    'now()',
    'NOW ( )',
    'current_timestamp',
    'clock_timestamp()',
    'statement_timestamp()',
    'localtimestamp',
    'current_date',
    "'now'::timestamptz",
  ])
    assert.equal(inCode('src/store/a.ts', `q(\`select ${expression}\`)`), 1, expression);
});

test('the clock of the code is not taken for that of SQL', () => {
  assert.equal(inCode('src/store/a.ts', 'const at = clock.now();'), 0);
});

test('SQL text stands in the store alone', () => {
  for (const statement of [
    'select id from emails',
    '  insert into emails (id) values ($1)',
    'update queue.claims set token = $1',
    'delete from emails',
    'with due as (select 1) select 1',
    'SELECT id FROM emails',
  ]) {
    assert.equal(inCode('src/mail/a.ts', `q(\`${statement} \`)`), 1, statement);
    assert.equal(inCode('src/store/a.ts', `q(\`${statement} \`)`), 0, statement);
  }
});

test('prose that speaks of selecting or deleting is no SQL', () => {
  for (const prose of [
    'Select a mailbox from the list',
    'deleted from the queue',
    'update the key',
  ])
    assert.equal(inCode('src/cli/a.ts', `say('${prose}')`), 0, prose);
});

test('a migration has no time of its own, its comments may speak of it', () => {
  assert.equal(inFile('create table t (at timestamptz not null);'), 0);
  assert.equal(inFile('create table t (at timestamptz default now());'), 1);
  assert.equal(inFile('-- never default now()\n/* nor current_timestamp */'), 0);
});
