import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, mock, test } from 'node:test';
import type { Pool } from '#store/database/open';
import { openTestStore, type TestStore } from '../../../test/support/store/store.ts';
import { underLease } from './lease.ts';

let opened: TestStore;
let pool: Pool;
before(async () => {
  opened = await openTestStore();
  pool = opened.store.pool;
});
after(() => opened[Symbol.asyncDispose]());

const never = new AbortController().signal;
const QUARTER = 30_000;

test('one at a time: the other hears who is at it, and gets its turn afterwards', async () => {
  const first = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const working = underLease(pool, 'a', 'node 1', never, async () => {
    begun.resolve();
    await first.promise;
    return 'done';
  });
  await begun.promise;
  const second = await underLease(pool, 'b', 'node 2', never, () => Promise.resolve('never'));
  assert.deepEqual(second, { kind: 'busy', node: 'node 1' });
  first.resolve();
  assert.deepEqual(await working, { kind: 'done', result: 'done' });
  const third = await underLease(pool, 'c', 'node 2', never, () => Promise.resolve('now'));
  assert.deepEqual(third, { kind: 'done', result: 'now' });
});

test('work that fails gives the lease back', async () => {
  const failing = underLease(pool, 'd', 'node 1', never, () => Promise.reject(new Error('broken')));
  await assert.rejects(failing, /broken/);
  const next = await underLease(pool, 'e', 'node 1', never, () => Promise.resolve(1));
  assert.equal(next.kind, 'done');
});

test('a lease is renewed while the work goes on, and the work is broken off once it is lost', async () => {
  mock.timers.enable({ apis: ['setInterval'] });
  try {
    const begun = Promise.withResolvers<AbortSignal>();
    const working = underLease(pool, 'f', 'node 1', never, async (signal) => {
      begun.resolve(signal);
      await once(signal, 'abort');
      return signal.reason as unknown;
    });
    const signal = await begun.promise;
    const until = async () => {
      // as text: a renewal may follow in the same millisecond
      const { rows } = await pool.query<{ until: string }>(
        'select until::text from certificate_lease',
      );
      return rows[0]!.until;
    };
    const first = await until();
    mock.timers.tick(QUARTER);
    while ((await until()) === first);
    assert.equal(signal.aborted, false);
    await pool.query(`update certificate_lease set token = 'of another'`);
    mock.timers.tick(QUARTER);
    assert.deepEqual(await working, { kind: 'done', result: 'another node took over' });
    // what is another's is not given back
    const { rows } = await pool.query('select token from certificate_lease');
    assert.deepEqual(rows, [{ token: 'of another' }]);
  } finally {
    mock.timers.reset();
    await pool.query('delete from certificate_lease');
  }
});
