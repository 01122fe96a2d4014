import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '#clock';
import { ManualClock } from '../../test/support/time/manual-clock.ts';
import { labClock } from './clock.ts';

const DAY = 24 * 60 * 60 * 1000;

test('a step moves the calendar, not the monotonic time', () => {
  const real = new ManualClock();
  const clock = labClock(real);
  const [calendar, monotonic] = [clock.now(), clock.monotonic()];
  clock.step(DAY);
  assert.equal(clock.now() - calendar, DAY);
  assert.equal(clock.monotonic(), monotonic);
});

test('who slept until a time within a step is woken by it, in order of the times', async () => {
  const clock = labClock(new ManualClock());
  clock.run(0);
  const woken: string[] = [];
  const slept = [
    clock.sleep(3 * DAY).then(() => woken.push('third')),
    clock.sleep(DAY).then(() => woken.push('first')),
    clock.sleep(2 * DAY).then(() => woken.push('second')),
  ];
  clock.step(2 * DAY);
  await Promise.all(slept.slice(1));
  assert.deepEqual(woken, ['first', 'second']);
  clock.step(DAY);
  await slept[0];
  assert.deepEqual(woken, ['first', 'second', 'third']);
});

test('a day passes within a second where the calendar runs a hundred thousand times as fast', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const real = new ManualClock();
  const clock = labClock(real);
  clock.run(100_000);
  const calendar = clock.now();
  const slept = clock.sleep(DAY);
  real.advance(1000);
  t.mock.timers.tick(1000);
  await slept;
  assert.equal(clock.now() - calendar, 100_000_000);
});

test('a change of rate holds from that moment on', () => {
  const real = new ManualClock();
  const clock = labClock(real);
  const begun = clock.now();
  real.advance(1000);
  clock.run(60);
  real.advance(1000);
  assert.equal(clock.now() - begun, 61_000);
  clock.run(0);
  real.advance(DAY);
  assert.equal(clock.now() - begun, 61_000);
});

test('the calendar never goes back, neither by a step nor with the real one', () => {
  const real = { ...systemClock, now: () => times.shift() ?? 0 };
  const times = [1_000_000, 1_000_000, 500_000, 500_000];
  const clock = labClock(real);
  assert.equal(clock.now(), 1_000_000);
  const still = labClock(new ManualClock());
  const shown = still.now();
  still.step(-DAY);
  still.advanceTo(shown - DAY);
  assert.equal(still.now(), shown);
});

test('an aborted sleep ends at once', async () => {
  const clock = labClock(new ManualClock());
  const controller = new AbortController();
  const slept = clock.sleep(DAY, controller.signal);
  controller.abort();
  await slept;
});
