import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { silentLog } from '#log';
import { openTestStore, type TestStore } from '../../test/support/smtp/own-server.ts';
import { ManualClock } from '../../test/support/time/manual-clock.ts';
import { labClock, type LabClock } from './clock.ts';
import { keepClock, resumedAt } from './keep-clock.ts';

const DAY = 24 * 60 * 60 * 1000;

let at: TestStore;
before(async () => {
  at = await openTestStore();
});
after(() => at[Symbol.asyncDispose]());

function started(real: ManualClock, clock: LabClock) {
  const keeping = { pool: at.store.pool, clock, log: silentLog, realNow: () => real.now() };
  return keepClock(keeping, 7);
}

test('a calendar that was put forward stays so over a restart, and goes on at the pace of real time', async () => {
  const real = new ManualClock();
  {
    const clock = labClock(real);
    await using kept = await started(real, clock);
    clock.run(1000);
    clock.step(10 * DAY);
    await kept.keep();
  }
  real.advance(DAY);
  const clock = labClock(real);
  await using kept = await started(real, clock);
  assert.equal(kept.seed, 7);
  assert.equal(clock.now() - real.now(), 10 * DAY);
  assert.equal(clock.state().rate, 1);
});

test('a kill while the calendar runs fast does not put it back', () => {
  const last = { real: 0, shown: 1000, rate: 1440 };
  // five seconds later it showed two hours more
  assert.ok(resumedAt(last, 4999) >= 1000 + 4999 * 1440);
});
