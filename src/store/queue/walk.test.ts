import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { openOutbound } from '../../../test/support/smtp/outbound.ts';
import { holdQueued } from './admin.ts';
import type { QueueSelection } from './selection.ts';
import { walkQueue } from './walk.ts';

test('a queue of several pages is read whole, each recipient once, oldest message first', async () => {
  await using outbound = await openOutbound(new ManualClock());
  const { pool, clock } = outbound.store;
  const to = (count: number, domain: string): string[] =>
    Array.from({ length: count }, (_, i) => `r${i}@${domain}`);
  for (let i = 0; i < 3; i++) await outbound.enqueue({ to: to(400, 'one.test') });
  for (let i = 0; i < 3; i++) await outbound.enqueue({ to: to(300, 'two.test') });
  const walked = async (
    selection: QueueSelection,
    options: Parameters<typeof walkQueue>[2] = {},
  ): Promise<string[]> => {
    const found: string[] = [];
    for await (const one of walkQueue(pool, selection, options))
      found.push(`${one.messageId} ${String(one.recipientId).padStart(6, '0')}`);
    return found;
  };
  const all = await walked({ kind: 'all' });
  assert.equal(all.length, 2100);
  assert.equal(new Set(all).size, 2100);
  assert.deepEqual(all, all.toSorted());
  assert.deepEqual(await walked({ kind: 'all' }, { limit: 1500 }), all.slice(0, 1500));
  assert.deepEqual(await walked({ kind: 'all' }, { limit: 1000 }), all.slice(0, 1000));
  const one = { kind: 'domain', domain: 'one.test' } as const;
  assert.equal((await walked(one)).length, 1200);
  await holdQueued(pool, one, clock.now(), 'me');
  assert.equal((await walked({ kind: 'all' }, { status: 'held' })).length, 1200);
});
