import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queueFigures } from './figures.ts';
import { openTestStore } from '../../../test/support/store/store.ts';

const NOW = Date.UTC(2026, 10, 24);
const HOUR = 3_600_000;

test('the queue is counted by stream: all, due, held, and the oldest message', async () => {
  await using opened = await openTestStore();
  const { pool } = opened.store;
  const { rows } = await pool.query<{ id: string }>(
    `insert into blobs (sha256, size, touched_at) values ('\\x00', 0, $1) returning id`,
    [new Date(NOW)],
  );
  await pool.query(
    `insert into queue_messages (id, tenant_id, blob_id, prefix, hidden, size, smtputf8, eight_bit, notify_author, arrived_at, expires_at)
     select id, 1, $1, '', '{}', 0, false, false, true, at, at
     from (values ('a', $2::timestamptz), ('b', $3::timestamptz)) as m(id, at)`,
    [rows[0]!.id, new Date(NOW - 3 * HOUR), new Date(NOW - HOUR)],
  );
  await pool.query(
    `insert into queue_claims (message_id, recipient_id, site, stream, source_pool, next_at, lease, held) values
       ('a', 1, 's', 'transactional', '', $1, null, null),
       ('a', 2, 's', 'transactional', '', $2, null, null),
       ('b', 1, 's', 'transactional', '', $1, 'token', null),
       ('b', 2, 's', 'bulk', '', $1, null, 'operator')`,
    [new Date(NOW), new Date(NOW + HOUR)],
  );
  assert.deepEqual(await queueFigures(pool, NOW), [
    { stream: 'bulk', recipients: 1, due: 0, held: 1, oldestAt: NOW - HOUR },
    { stream: 'transactional', recipients: 3, due: 1, held: 0, oldestAt: NOW - 3 * HOUR },
  ]);
});
