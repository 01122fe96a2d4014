import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { HOUR, MINUTE, openOutbound } from '../../../test/support/smtp/outbound.ts';
import { claim } from './claim.ts';
import {
  holdQueued,
  listQueue,
  queueShape,
  releaseQueued,
  retryQueued,
  showQueued,
} from './admin.ts';

const ALL = { kind: 'all' } as const;

test('the queue is listed by message, domain and status, mailboxes here by their domain too', async () => {
  await using outbound = await openOutbound(new ManualClock());
  const { pool, clock } = outbound.store;
  const { id } = await outbound.enqueue({ to: ['a@other.test', 'bob@example.test'] });
  await outbound.enqueue({ to: ['b@other.test'], reversePath: null });
  await holdQueued(pool, { kind: 'domain', domain: 'example.test' }, clock.now(), 'me');
  const paths = async (...[selection, status]: [Parameters<typeof listQueue>[1], 'held'?]) =>
    (await listQueue(pool, selection, { status, limit: 10 })).map(({ forwardPath }) => forwardPath);
  assert.deepEqual(await paths(ALL), ['a@other.test', 'bob@example.test', 'b@other.test']);
  assert.deepEqual(await paths({ kind: 'message', id }), ['a@other.test', 'bob@example.test']);
  assert.deepEqual(await paths({ kind: 'domain', domain: 'other.test' }), [
    'a@other.test',
    'b@other.test',
  ]);
  assert.deepEqual(await paths({ kind: 'domain', domain: 'example.test' }), ['bob@example.test']);
  assert.deepEqual(await paths(ALL, 'held'), ['bob@example.test']);
  const shown = await showQueued(pool, id);
  assert.equal(shown?.account, 'alice@example.test');
  assert.equal(shown.recipients.length, 2);
  assert.equal(await showQueued(pool, 'none'), undefined);
});

test('a retry makes due what waits, and a blocked site is asked again', async () => {
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock);
  const { pool, node } = outbound.store;
  const later = clock.now() + HOUR;
  await outbound.enqueue({ to: [{ address: 'a@other.test', nextAt: later }] });
  await pool.query(
    `insert into site_limits (site, source, cap, blocked_until) values ('other.test', '', 4, $1)`,
    [new Date(later)],
  );
  const request = { token: 't', node, now: clock.now(), limit: 10, sources: {} };
  assert.equal(await claim(pool, request), undefined);
  assert.equal(
    await retryQueued(pool, { kind: 'domain', domain: 'other.test' }, clock.now(), 'me'),
    1,
  );
  assert.equal((await claim(pool, request))?.count, 1);
  // under way by now
  assert.equal(await retryQueued(pool, ALL, clock.now(), 'me'), 0);
});

test('held recipients are not claimed, released ones are, and both are told in the story', async () => {
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock);
  const { pool, node } = outbound.store;
  const { id } = await outbound.enqueue({ to: ['a@other.test'] });
  const request = { token: 't', node, now: clock.now(), limit: 10, sources: {} };
  assert.equal(await holdQueued(pool, { kind: 'message', id }, clock.now(), 'me'), 1);
  assert.equal((await claim(pool, request))?.count, 0);
  assert.equal(await releaseQueued(pool, { kind: 'message', id }, clock.now(), 'me'), 1);
  assert.equal((await claim(pool, request))?.count, 1);
  const { rows } = await pool.query(
    `select type, recipient_id, fields from events where message_id = $1 and type like 'queue.%' order by id`,
    [id],
  );
  assert.deepEqual(rows, [
    { type: 'queue.held', recipient_id: 1, fields: { by: 'me' } },
    { type: 'queue.released', recipient_id: 1, fields: { by: 'me' } },
  ]);
});

test('the shape counts recipients by domain and age of their message', async () => {
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock);
  const { pool } = outbound.store;
  await outbound.enqueue({ to: ['a@other.test', 'b@other.test'] });
  clock.advance(7 * MINUTE);
  await outbound.enqueue({ to: ['c@other.test', 'bob@example.test'] });
  clock.advance(30 * HOUR);
  await outbound.enqueue({ to: ['d@other.test'] });
  assert.deepEqual(await queueShape(pool, clock.now(), 10), [
    { domain: 'other.test', recipients: 4, byAge: [1, 0, 0, 0, 0, 0, 0, 0, 0, 3] },
    { domain: 'example.test', recipients: 1, byAge: [0, 0, 0, 0, 0, 0, 0, 0, 0, 1] },
  ]);
  clock.advance(5 * MINUTE);
  const [first] = await queueShape(pool, clock.now(), 1);
  assert.deepEqual(first?.byAge, [0, 1, 0, 0, 0, 0, 0, 0, 0, 3]);
});
