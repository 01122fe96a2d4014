import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restartPause } from './supervisor.ts';

test('the pauses between restarts double from 100 ms and stay at 30 s', () => {
  const pauses = Array.from({ length: 11 }, (_, attempt) => restartPause(attempt));
  assert.deepEqual(pauses.slice(0, 4), [100, 200, 400, 800]);
  assert.equal(pauses[8], 25_600);
  assert.deepEqual(pauses.slice(9), [30_000, 30_000]);
  assert.equal(restartPause(5_000), 30_000);
});
