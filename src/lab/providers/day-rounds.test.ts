import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { silentLog } from '#log';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { dayRounds, type DayRounds } from './day-rounds.ts';

const DAY = 24 * 60 * 60_000;

/** A world in which a round makes what has gathered until then. */
function stage(): {
  clock: ManualClock;
  days: DayRounds;
  gathered: { count: number };
  stop: () => Promise<void>;
} {
  const clock = new ManualClock(Date.UTC(2030, 0, 1, 9));
  const gathered = { count: 0 };
  const stopping = new AbortController();
  let under = 0;
  const days = dayRounds(clock, silentLog, stopping.signal, async () => {
    assert.equal(++under, 1, 'rounds at once');
    const made = gathered.count;
    gathered.count = 0;
    await turn();
    under--;
    return made;
  });
  const stop = (): Promise<void> => {
    stopping.abort();
    return days.ended;
  };
  return { clock, days, gathered, stop };
}

test('who puts the calendar forward is told what the round made', async () => {
  const { clock, days, gathered, stop } = stage();
  gathered.count = 3;
  assert.equal(await days.over(() => Promise.resolve(clock.advance(15 * 60 * 60_000))), 3);
  assert.equal(await days.over(() => Promise.resolve(clock.advance(DAY))), 0);
  await stop();
});

test('and what the round of the calendar itself made, where that one was first', async () => {
  const { clock, days, gathered, stop } = stage();
  gathered.count = 3;
  const made = await days.over(async () => {
    clock.advance(DAY);
    while (gathered.count > 0) await turn();
  });
  assert.equal(made, 3);
  await stop();
});

test('what was made before is not told again', async () => {
  const { clock, days, gathered, stop } = stage();
  gathered.count = 3;
  clock.advance(DAY);
  await turn();
  assert.equal(await days.over(() => Promise.resolve()), 0);
  await stop();
});

test('a round that fails is told to who asked for it, and the next one goes on', async () => {
  const clock = new ManualClock();
  const stopping = new AbortController();
  let rounds = 0;
  const days = dayRounds(clock, silentLog, stopping.signal, () =>
    ++rounds === 1 ? Promise.reject(new Error('no database')) : Promise.resolve(1),
  );
  await assert.rejects(
    days.over(() => Promise.resolve()),
    /no database/,
  );
  await days.idle();
  assert.equal(await days.over(() => Promise.resolve()), 1);
  stopping.abort();
  await days.ended;
});
