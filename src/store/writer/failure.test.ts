import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { test } from 'node:test';
import { storeFailure } from './failure.ts';

const NOWHERE = '/nowhere/at/all';

test('a socket of the database that is not there is a store out of reach', async () => {
  const [error] = (await once(connect(NOWHERE), 'error')) as [Error];
  assert.equal(storeFailure(error), 'unavailable');
});

test('a file that is not there is no failure of the store', async () => {
  const error: unknown = await readFile(NOWHERE).catch((failed: unknown) => failed);
  assert.equal(storeFailure(error), undefined);
});
