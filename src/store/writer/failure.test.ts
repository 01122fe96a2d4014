import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { test } from 'node:test';
import { DatabaseError } from 'pg';
import { storeFailure } from './failure.ts';
import { StoreUnavailable } from './writer.ts';

const NOWHERE = '/nowhere/at/all';

test('a socket of the database that is not there is a store out of reach', async () => {
  const [error] = (await once(connect(NOWHERE), 'error')) as [Error];
  assert.equal(storeFailure(error), 'unavailable');
});

test('a file that is not there is no failure of the store', async () => {
  const error: unknown = await readFile(NOWHERE).catch((failed: unknown) => failed);
  assert.equal(storeFailure(error), undefined);
});

function refusedWith(code: string): DatabaseError {
  return Object.assign(new DatabaseError('…', 1, 'error'), { code });
}

for (const [failure, what, codes] of [
  ['full', 'no room on the disk or in memory', ['53100', '53200']],
  [
    'unavailable',
    'what may be over the next time',
    ['08006', '40001', '40P01', '53300', '57014', '57P01', '57P03', '58030'],
  ],
  ['refused', 'what it will not take another time either', ['22P05', '23505', '23514', '54000']],
] as const)
  test(`PostgreSQL's codes for ${what} are ${failure}`, () => {
    for (const code of codes) assert.equal(storeFailure(refusedWith(code)), failure, code);
  });

test('a store that is out of reach for lack of room is full', () => {
  assert.equal(storeFailure(new StoreUnavailable('gone', { cause: refusedWith('53100') })), 'full');
  assert.equal(
    storeFailure(new StoreUnavailable('gone', { cause: refusedWith('57P01') })),
    'unavailable',
  );
});
