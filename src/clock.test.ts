import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from './clock.ts';

test('a sleep that is longer than a timer can be does not end at once', async () => {
  for (const ms of [2 ** 31, 365 * 86_400_000, Infinity]) {
    const end = new AbortController();
    const sleep = systemClock.sleep(ms, end.signal).then(() => 'over');
    assert.equal(await Promise.race([sleep, delay(50, 'asleep')]), 'asleep', String(ms));
    end.abort();
    assert.equal(await sleep, 'over');
  }
});

test('a short sleep ends by itself', async () => {
  const sleep = systemClock.sleep(1).then(() => 'over');
  assert.equal(await Promise.race([sleep, delay(5000, 'asleep')]), 'over');
});
