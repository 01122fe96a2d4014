import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serialAfter } from './zones.ts';

const MOST = 2 ** 32 - 1;

test('a serial is that of the calendar where it is newer, and else one more, beyond the largest number as well (RFC 1982)', () => {
  assert.equal(serialAfter(undefined, 5999), 5);
  assert.equal(serialAfter(4, 5999), 5);
  assert.equal(serialAfter(5, 5999), 6);
  assert.equal(serialAfter(9, 5999), 10);
  assert.equal(serialAfter(MOST, MOST * 1000), 0);
  assert.equal(serialAfter(MOST, (MOST + 8) * 1000), 7);
  assert.equal(serialAfter(3, MOST * 1000), 4);
});
