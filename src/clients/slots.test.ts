import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Slots } from './slots.ts';

const never = new AbortController().signal;

/** Takes a turn and notes it when it comes. */
function taker(slots: Slots, log: string[]) {
  return (owner: string, label: string) =>
    slots.take(owner, never).then((outcome) => {
      log.push(outcome === 'taken' ? label : `${label} ${outcome}`);
    });
}

test('owners that wait get their turns in rotation, however many look-ups one of them has', async () => {
  const slots = new Slots({ turns: 1, turnsEach: 1, waiting: 100, waitingEach: 100 });
  const log: string[] = [];
  const take = taker(slots, log);
  const asked = [
    take('a', 'a1'),
    take('a', 'a2'),
    take('a', 'a3'),
    take('b', 'b1'),
    take('c', 'c1'),
  ];
  for (const owner of ['a', 'b', 'c', 'a', 'a']) {
    await new Promise(setImmediate);
    slots.release(owner);
  }
  await Promise.all(asked);
  assert.deepEqual(log, ['a1', 'b1', 'c1', 'a2', 'a3']);
});

test('one owner has at most its share at once, and the rest is left to the others', async () => {
  const slots = new Slots({ turns: 4, turnsEach: 2, waiting: 100, waitingEach: 100 });
  const log: string[] = [];
  const take = taker(slots, log);
  const asked = [take('a', 'a1'), take('a', 'a2'), take('a', 'a3'), take('b', 'b1')];
  await new Promise(setImmediate);
  assert.deepEqual(log, ['a1', 'a2', 'b1']);
  slots.release('b');
  await new Promise(setImmediate);
  assert.equal(log.length, 3, 'a free turn of another owner is not its own');
  slots.release('a');
  await Promise.all(asked);
  assert.equal(log.at(-1), 'a3');
});

test('what one owner has waiting is bounded, and what all have together', async () => {
  const slots = new Slots({ turns: 1, turnsEach: 1, waiting: 3, waitingEach: 2 });
  const log: string[] = [];
  const take = taker(slots, log);
  const asked = [take('a', 'a1'), take('a', 'a2'), take('a', 'a3')];
  await take('a', 'a4');
  asked.push(take('b', 'b1'));
  await take('c', 'c1');
  assert.deepEqual(log, ['a1', 'a4 full', 'c1 full']);
  for (const owner of ['a', 'a', 'b']) {
    slots.release(owner);
    await new Promise(setImmediate);
  }
  await Promise.all(asked);
});

test('whatever is taken, given back and given up, no turn is lost and no limit is passed', async () => {
  const step = fc.record({
    owner: fc.constantFrom('a', 'b', 'c'),
    act: fc.constantFrom('take', 'take', 'release', 'abort'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const slots = new Slots({ turns: 3, turnsEach: 2, waiting: 8, waitingEach: 4 });
      const running: string[] = [];
      const controllers: AbortController[] = [];
      const outcomes: Promise<void>[] = [];
      for (const { owner, act } of steps) {
        if (act === 'take') {
          const controller = new AbortController();
          controllers.push(controller);
          outcomes.push(
            slots.take(owner, controller.signal).then((outcome) => {
              if (outcome === 'taken') running.push(owner);
            }),
          );
        } else if (act === 'abort') controllers.shift()?.abort();
        else if (running.includes(owner)) {
          running.splice(running.indexOf(owner), 1);
          slots.release(owner);
        }
        await new Promise(setImmediate);
        assert.ok(running.length <= 3);
        for (const name of ['a', 'b', 'c'])
          assert.ok(running.filter((other) => other === name).length <= 2);
      }
      for (let owner = running.shift(); owner !== undefined; owner = running.shift()) {
        slots.release(owner);
        await new Promise(setImmediate);
      }
      await Promise.all(outcomes);
      // everything was given back
      const all = ['a', 'a', 'b'].map((owner) => slots.take(owner, never));
      assert.deepEqual(await Promise.all(all), ['taken', 'taken', 'taken']);
    }),
    { numRuns: 200 },
  );
});
