import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from './pace.ts';

const never = new AbortController().signal;

/** How long a rest took: by the real clock, and in turns of the event loop. */
interface Rest {
  readonly ms: number;
  readonly turns: number;
}

/** A pace on a clock that the test moves. */
function paceAt(): {
  pace: Pace;
  time: { now: number; read: number };
  rested: (signal?: AbortSignal) => Promise<Rest>;
} {
  const time = { now: 1000, read: -Infinity };
  const pace = new Pace(
    () => time.now,
    () => time.read,
  );
  const rested = async (signal: AbortSignal = never) => {
    const start = performance.now();
    const rest = pace.rest(signal);
    assert.ok(rest, 'no rest was due');
    let isOver = false;
    void rest.then(() => (isOver = true));
    let turns = 0;
    for (; !isOver; turns++) await new Promise((resolve) => setImmediate(resolve));
    return { ms: performance.now() - start, turns };
  };
  return { pace, time, rested };
}

test('a slice goes on for some milliseconds, then others have their turn', async () => {
  const { pace, time } = paceAt();
  assert.equal(pace.rest(never), undefined);
  time.now += 7;
  assert.equal(pace.rest(never), undefined);
  time.now += 2;
  let turn = false;
  setImmediate(() => (turn = true));
  await pace.rest(never);
  assert.ok(turn);
  assert.equal(pace.rest(never), undefined);
});

test('waiting is no work, work before and after it is', async () => {
  const { pace, time } = paceAt();
  time.now += 5;
  await pace.wait(Promise.resolve().then(() => (time.now += 500)));
  assert.equal(pace.rest(never), undefined);
  time.now += 5;
  await pace.rest(never);
  await assert.rejects(pace.wait(Promise.reject(new Error('lost'))), /lost/);
});

test('while mail comes in it works a fifth of the time, and at full speed a second later', async () => {
  const { pace, time, rested } = paceAt();
  pace.arrived();
  time.now += 10;
  assert.ok((await rested()).ms > 35);
  time.now += 2000;
  assert.ok((await rested()).turns < 3);
});

test('who reads mail has the other four fifths at once', async () => {
  const { time, rested } = paceAt();
  time.now += 10;
  assert.ok((await rested()).turns < 3);
  time.read = time.now;
  time.now += 10;
  assert.ok((await rested()).ms > 35);
});

test('a long slice is followed by a long rest, which ends with the signal', async () => {
  const { pace, time, rested } = paceAt();
  pace.arrived();
  time.now += 900;
  const stop = new AbortController();
  setImmediate(() => stop.abort());
  // four times as long, were it not for the signal
  assert.ok((await rested(stop.signal)).ms < 3600);
});
