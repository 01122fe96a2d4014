import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '#clock';
import { openTestStore, type TestStore } from '../../test/support/store/store.ts';
import { labClock } from './clock.ts';
import { passTime } from './pass-time.ts';

let at: TestStore;
before(async () => {
  at = await openTestStore();
});
after(() => at[Symbol.asyncDispose]());

test('mail that the queue has not put in line yet is waited for, though nothing of it stands in the database', async () => {
  const clock = labClock(systemClock);
  let looks = 0;
  let settled = 0;
  await passTime(
    {
      pool: at.store.pool,
      clock,
      settle: () => Promise.resolve(void settled++),
      queueIsIdle: () => ++looks > 5,
    },
    60_000,
    60_000,
  );
  assert.ok(looks > 5);
  assert.ok(settled > 5, 'the parties are asked again after each look');
});

test('a lease that an attempt left when the database died holds nothing up', async () => {
  const { pool } = at.store;
  await pool.query(
    `insert into queue_leases (token, node, site, stream, source_pool, source, until, reserved)
     values ('lost', 'gone', 'local', 'transactional', '', '', now() + interval '2 minutes', 0)`,
  );
  // its patience never ends
  const clock = { ...labClock(systemClock), monotonic: () => 0 };
  let settled = 0;
  const settle = (): Promise<void> => Promise.resolve(void settled++);
  await passTime({ pool, clock, settle, queueIsIdle: () => true }, 60_000, 60_000);
  assert.equal(settled, 2);
});
