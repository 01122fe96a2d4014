import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Progress, waiting } from './progress.ts';

/** A terminal that keeps what it was sent, and a clock that moves by hand. */
function stage(t: TestContext, isTTY = true) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const written: string[] = [];
  return {
    written,
    screen: { isTTY, write: (text: string) => void written.push(text) },
    pass: (milliseconds: number): void => {
      for (let left = milliseconds; left > 0; left -= 50) {
        now += 50;
        t.mock.timers.tick(50);
      }
    },
    /** What stands in the line now. */
    line: () => written.join('').split('\r\x1b[K').at(-1)!,
  };
}

test('a wait of under two seconds shows nothing', async (t) => {
  const { written, screen, pass } = stage(t);
  const work = Promise.withResolvers<string>();
  const waited = waiting('waiting for a host', work.promise, screen);
  pass(1950);
  work.resolve('done');
  assert.equal(await waited, 'done');
  pass(10_000);
  assert.deepEqual(written, []);
});

test('a longer one is said with its seconds, and the line is taken away at the end', async (t) => {
  const { screen, pass, line } = stage(t);
  const work = Promise.withResolvers<string>();
  const waited = waiting('waiting for a host', work.promise, screen);
  pass(2000);
  assert.equal(line(), 'waiting for a host … 2 s');
  pass(3000);
  assert.equal(line(), 'waiting for a host … 5 s');
  work.resolve('done');
  await waited;
  assert.equal(line(), '');
  pass(10_000);
  assert.equal(line(), '');
});

test('a failure takes the line away too', async (t) => {
  const { screen, pass, line } = stage(t);
  const work = Promise.withResolvers<string>();
  const waited = waiting('waiting', work.promise, screen);
  pass(2500);
  assert.notEqual(line(), '');
  work.reject(new Error('no'));
  await assert.rejects(waited);
  assert.equal(line(), '');
});

test('what comes meanwhile clears the line before it is printed, and it returns after two more seconds of nothing', (t) => {
  const { screen, pass, line } = stage(t);
  let count = 0;
  const progress = new Progress(() => `${count} so far`, screen);
  pass(2250);
  assert.equal(line(), '0 so far … 2 s');
  count = 1;
  progress.touch();
  assert.equal(line(), '');
  pass(1950);
  assert.equal(line(), '');
  pass(300);
  assert.equal(line(), '1 so far … 2 s');
  progress.stop();
});

test('nothing of it reaches a pipe or a file', async (t) => {
  const { written, screen, pass } = stage(t, false);
  const work = Promise.withResolvers<void>();
  const waited = waiting('waiting', work.promise, screen);
  pass(60_000);
  work.resolve();
  await waited;
  assert.deepEqual(written, []);
});
