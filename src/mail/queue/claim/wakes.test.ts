import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatherFor } from './wakes.ts';

test('single letters are told of soon, a stream of mail thirty milliseconds at a time', () => {
  assert.equal(gatherFor(1), 10);
  assert.equal(gatherFor(4), 10);
  assert.equal(gatherFor(5), 30);
  assert.equal(gatherFor(100), 30);
});
