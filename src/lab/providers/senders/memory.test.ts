import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { BIGMAIL } from '#lab/providers/tables/bigmail';
import { silentLog } from '#log';
import { openTestStore, type TestStore } from '../../../../test/support/store/store.ts';
import { Memory } from './memory.ts';

const DAY = 24 * 60 * 60 * 1000;
const START = Date.UTC(2030, 0, 1, 9);

let at: TestStore;
let now = START;

before(async () => {
  at = await openTestStore();
});
after(() => at[Symbol.asyncDispose]());
beforeEach(async () => {
  now = START;
  await at.store.pool.query('truncate lab.provider_senders, lab.provider_days, lab.provider_marks');
});

const open = (): Promise<Memory> =>
  Memory.open({
    pool: at.store.pool,
    log: silentLog,
    now: () => now,
    growth: new Map([['bigmail', BIGMAIL.growth]]),
  });

test('days that ended are reckoned in once, whenever the sender comes again', async () => {
  const memory = await open();
  const quota = (): number => memory.sender('bigmail', 'ip', '127.20.25.25').quota;
  assert.equal(quota(), 20);
  memory.count('bigmail', 'ip', '127.20.25.25', { accepted: 20, inbox: 20 });
  assert.equal(quota(), 20);
  now += DAY;
  assert.deepEqual([quota(), quota()], [40, 40]);
  now += 10 * DAY;
  assert.equal(quota(), 40);
  now += 31 * DAY;
  assert.equal(quota(), 20);
});

test('what is remembered survives a restart', async () => {
  const memory = await open();
  memory.count('bigmail', 'domain', 'good.test', { accepted: 60, inbox: 60 }, '421 4.7.28');
  memory.mark('bigmail', ['no-ptr 127.20.25.25', 'other'], []);
  now += DAY;
  memory.count('bigmail', 'domain', 'good.test', { accepted: 3, complaints: 1 });
  memory.mark('bigmail', [], ['other']);
  const seen = memory.sender('bigmail', 'domain', 'good.test');
  await memory.save();
  const again = await open();
  assert.deepEqual(again.sender('bigmail', 'domain', 'good.test'), seen);
  assert.deepEqual([seen.bulk, seen.quota, seen.today.complaints], [true, 40, 1]);
  const marks = again.marksOf('bigmail');
  assert.deepEqual([marks('no-ptr 127.20.25.25'), marks('other')], [START, undefined]);
});

test('a message without room presses once, however often it comes', async () => {
  const memory = await open();
  for (let tried = 0; tried < 12; tried++) memory.press('bigmail', 'ip', '127.20.1.1', 'one');
  memory.press('bigmail', 'ip', '127.20.1.1', 'two');
  assert.equal(memory.sender('bigmail', 'ip', '127.20.1.1').today.pressed, 2);
});

test('the order in which a day is counted changes nothing', async () => {
  const counted = fc.array(
    fc.record({ accepted: fc.nat(9), inbox: fc.nat(9), complaints: fc.nat(1), unknown: fc.nat(3) }),
    { minLength: 1, maxLength: 20 },
  );
  await fc.assert(
    fc.asyncProperty(counted, async (list) => {
      const ends = [];
      for (const order of [list, list.toReversed()]) {
        now = START;
        const memory = await open();
        for (const one of order) memory.count('bigmail', 'ip', 'x', one);
        now += DAY;
        ends.push(memory.sender('bigmail', 'ip', 'x'));
      }
      assert.deepEqual(ends[0], ends[1]);
    }),
    { numRuns: 30 },
  );
});

test('a sender that is placed anew stands so, with nothing counted, after a restart too', async () => {
  const memory = await open();
  memory.count('bigmail', 'ip', 'x', { accepted: 60, inbox: 60, complaints: 9 });
  now += DAY;
  memory.count('bigmail', 'ip', 'x', { accepted: 5 });
  await memory.save();
  await memory.place('bigmail', 'ip', 'x', { quota: 7, score: -3 });
  for (const known of [memory, await open()]) {
    const { quota, score, bulk, today, week } = known.sender('bigmail', 'ip', 'x');
    assert.deepEqual([quota, score, bulk], [7, -3, false]);
    assert.deepEqual([today.accepted, week.accepted, week.complaints], [0, 0, 0]);
  }
  await memory.place('bigmail', 'ip', 'x');
  assert.equal(memory.sender('bigmail', 'ip', 'x').quota, BIGMAIL.growth.first);
});
