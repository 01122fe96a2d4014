import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../test/support/time/manual-clock.ts';
import { keepRounds } from './rounds.ts';

const EVERY = 1000;

function counted(more: { readonly first?: number } = {}) {
  const clock = new ManualClock();
  const parts = new AsyncDisposableStack();
  const begun: number[] = [];
  const failures: string[] = [];
  const from = clock.now();
  keepRounds(
    {
      clock,
      every: EVERY,
      ...more,
      round: () => {
        begun.push(clock.now() - from);
        return begun.length === 2 ? Promise.reject(new Error('no')) : Promise.resolve();
      },
      failed: ({ message }) => void failures.push(message),
    },
    parts,
  );
  return { clock, parts, begun, failures };
}

test('rounds begin at once, one that fails is told, and the next comes in its time', async () => {
  const { clock, parts, begun, failures } = counted();
  while (begun.length < 3) await clock.toNextSleeper();
  await parts.disposeAsync();
  assert.deepEqual(begun, [0, EVERY, 2 * EVERY]);
  assert.deepEqual(failures, ['no']);
});

test('the first waits where that is wanted, and a stop ends the wait', async () => {
  const { clock, parts, begun } = counted({ first: 60 * EVERY });
  while (begun.length < 2) await clock.toNextSleeper();
  await parts.disposeAsync();
  assert.deepEqual(begun, [60 * EVERY, 61 * EVERY]);
  const waiting = counted({ first: EVERY });
  await waiting.parts.disposeAsync();
  assert.deepEqual(waiting.begun, []);
});
