import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '#clock';
import type { Store } from '#store/database/open';
import { openOutbound } from '../../../test/support/smtp/outbound.ts';
import { claim, releaseLease } from './claim.ts';
import { conclude, finishQueueMessages, LEASE_LOST, type Conclusion } from './conclude.ts';
import { reconcileDestinations } from './destinations.ts';
import { markRemoval, takeOut } from './removal.ts';

const REPLY = { recipientId: 1, reply: 'so it went', status: '4.0.0' };
const LATER = {
  ...REPLY,
  kind: 'deferred',
  nextAt: 0,
  delayNotified: false,
  delayIsNews: false,
} as const;

async function claimAs({ pool, clock }: Store, token: string): Promise<void> {
  const request = { token, node: 'node', now: clock.now(), limit: 10, sources: {} };
  assert.equal((await claim(pool, request))?.count, 1);
}

async function concludeAs(
  store: Store,
  token: string,
  messageId: string,
  conclusion: Conclusion,
  mode: 'lenient' | 'strict' = 'lenient',
) {
  const messages = [{ messageId, token, conclusions: [conclusion] }];
  const statements = [conclude(messages, store.clock.now(), mode)];
  await store.writer.run({ accounts: [], order: messageId, bytes: 0, statements });
}

/** A message of a submission that a worker claimed, stood still with, and lost to another. */
async function lostMessage(store: Store, id: string): Promise<void> {
  await store.pool.query(
    `insert into submission_recipients (message_id, recipient_id, forward_path, delivered, changed_at)
     values ($1, 1, 'a@other.test', 'queued', $2)`,
    [id, new Date()],
  );
  await reconcileDestinations(store.pool, store.clock.now());
  await claimAs(store, 'first');
  await releaseLease(store.pool, 'first', { kind: 'neutral' }, store.clock.now());
  await claimAs(store, 'second');
}

async function deliveryOf({ pool }: Store, id: string): Promise<unknown> {
  const { rows } = await pool.query<{ delivered: string }>(
    'select delivered from submission_recipients where message_id = $1',
    [id],
  );
  return rows[0]?.delivered;
}

for (const [kind, told] of [
  ['delivered', 'yes'],
  ['failed', 'no'],
] as const) {
  test(`a deferral that comes after another worker's «${kind}» changes nothing`, async () => {
    await using outbound = await openOutbound(systemClock);
    const { store } = outbound;
    const { id } = await outbound.enqueue({ to: ['a@other.test'] });
    await lostMessage(store, id);
    await concludeAs(store, 'second', id, { ...REPLY, kind });
    await concludeAs(store, 'first', id, LATER);
    assert.equal(await deliveryOf(store, id), told);
  });
}

test('what a peer has taken counts although its worker has lost the lease, a failure does not', async () => {
  await using outbound = await openOutbound(systemClock);
  const { store } = outbound;
  const { id } = await outbound.enqueue({ to: ['a@other.test'] });
  await lostMessage(store, id);
  await concludeAs(store, 'first', id, { ...REPLY, kind: 'failed' });
  assert.equal(await deliveryOf(store, id), 'queued');
  await concludeAs(store, 'first', id, { ...REPLY, kind: 'delivered' });
  assert.equal(await deliveryOf(store, id), 'yes');
  const { rows } = await store.pool.query('select from queue_recipients');
  assert.equal(rows.length, 0);
});

async function claimsOf({ pool }: Store): Promise<unknown[]> {
  const { rows } = await pool.query(
    'select lease, held, attempts from queue_claims join queue_recipients using (message_id, recipient_id)',
  );
  return rows;
}

test('a deferral by who has lost the lease takes nothing from who has it', async () => {
  await using outbound = await openOutbound(systemClock);
  const { store } = outbound;
  const { id } = await outbound.enqueue({ to: ['a@other.test'] });
  await lostMessage(store, id);
  await concludeAs(store, 'first', id, LATER);
  assert.deepEqual(await claimsOf(store), [{ lease: 'second', held: null, attempts: 0 }]);
});

test('what must happen together with its conclusion does not happen once the lease is lost', async () => {
  await using outbound = await openOutbound(systemClock);
  const { store } = outbound;
  const { id } = await outbound.enqueue({ to: ['a@other.test'] });
  await lostMessage(store, id);
  for (const conclusion of [{ ...REPLY, kind: 'delivered' }, LATER] as const) {
    const lost = concludeAs(store, 'first', id, conclusion, 'strict');
    await assert.rejects(lost, (error: { code?: string }) => error.code === LEASE_LOST);
  }
  assert.deepEqual(await claimsOf(store), [{ lease: 'second', held: null, attempts: 0 }]);
  await concludeAs(store, 'second', id, { ...REPLY, kind: 'delivered' }, 'strict');
  assert.equal(await deliveryOf(store, id), 'yes');
});

test('who is taken out while an attempt is under way stays marked when the attempt holds them, and leaves only after it', async () => {
  await using outbound = await openOutbound(systemClock);
  const { store } = outbound;
  const { id } = await outbound.enqueue({ to: ['a@other.test'] });
  await lostMessage(store, id);
  await markRemoval(store.pool, { kind: 'all' }, 'removal');
  const marked = [{ messageId: id, recipientId: 1, mark: 'removal' }] as const;
  const take = async (): Promise<unknown> => {
    const statements = [takeOut(marked, 'removed', store.clock.now())];
    return store.writer.run({ accounts: [], order: id, bytes: 0, statements });
  };
  await assert.rejects(take(), (error: { code?: string }) => error.code === LEASE_LOST);
  await concludeAs(store, 'second', id, { kind: 'held', recipientId: 1, reason: 'all' });
  assert.deepEqual(await claimsOf(store), [{ lease: null, held: 'removal', attempts: 0 }]);
  await take();
  assert.deepEqual(await claimsOf(store), []);
});

test('a message is finished when nobody waits for it any more, and not before', async () => {
  await using outbound = await openOutbound(systemClock);
  const { store } = outbound;
  const { id } = await outbound.enqueue({ to: ['a@other.test', 'b@other.test'] });
  const finish = async (): Promise<number> => {
    const statements = [finishQueueMessages([id])];
    const [done] = await store.writer.run({ accounts: [], order: id, bytes: 0, statements });
    return done!.rows.length;
  };
  assert.equal(await finish(), 0);
  const { rows } = await store.pool.query('select from queue_messages');
  assert.equal(rows.length, 1);
  await store.pool.query('delete from queue_claims');
  await store.pool.query('delete from queue_recipients');
  assert.equal(await finish(), 1);
});
