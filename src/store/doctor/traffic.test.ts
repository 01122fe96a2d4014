import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { event, type Event } from '#events';
import { writeEvents } from '#store/events/events';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import {
  addTestAccounts,
  openTestStore,
  type TestStore,
} from '../../../test/support/store/store.ts';
import { databaseState } from './database.ts';
import { databaseAhead } from './round.ts';
import {
  accountsBeyond,
  attemptsOfDay,
  failedLogins,
  lastClients,
  lastSentCopies,
  lastSentMessages,
  openAccountsOf,
  queueByHour,
  waitingRecipients,
} from './traffic.ts';

const HOUR = 3_600_000;
const clock = new ManualClock();
const now = clock.now();
let t: TestStore;

before(async () => {
  t = await openTestStore(clock);
  await addTestAccounts(t.store, 'example.test', ['alice', 'bob']);
  const statements = [writeEvents(happened())];
  await t.store.writer.run({ accounts: [], order: '', bytes: 0, statements });
});

after(() => t[Symbol.asyncDispose]());

function attempt(
  type: 'attempt.delivered' | 'attempt.deferred' | 'attempt.failed',
  hours: number,
  status: string,
  site = 'mx.example.net',
): Event {
  const fields = { site, stage: 'rcpt', code: null, status, host: null, attempt: 1 };
  return event(
    type,
    now - hours * HOUR,
    { messageId: 'm' },
    {
      public: { ...fields, nextAt: '' },
      personal: { forwardPath: 'a@b.test', reply: '' },
    },
  );
}

function login(hours: number, name: string): Event {
  const fields = { listener: 'imaps', mechanism: 'PLAIN', reason: 'wrong' };
  const personal = { client: '192.0.2.1', login: name };
  return event(
    'session.authentication-failed',
    now - hours * HOUR,
    {},
    { public: fields, personal },
  );
}

function received(client: string): Event {
  return event(
    'message.received',
    now - HOUR,
    { messageId: 'r' },
    {
      public: { listener: 'mx', size: 1, tls: null, with: 'ESMTP', recipients: 1 },
      personal: { client, ehlo: 'x', reversePath: '', messageIdField: null },
    },
  );
}

function sent(messageId: string, reversePath: string, signed: boolean): Event[] {
  const ids = { messageId };
  const domain = 'example.test';
  return [
    event('message.submitted', now - HOUR, ids, {
      public: {
        channel: 'smtp',
        size: 1,
        tls: null,
        with: 'ESMTPSA',
        recipients: 1,
        releaseAt: null,
      },
      personal: { client: '', ehlo: '', reversePath, login: 'alice', messageIdField: null },
    }),
    signed
      ? event('message.signed', now - HOUR, ids, {
          public: { signatures: [{ domain, selector: 's', algorithm: 'a' }], milliseconds: 1 },
          personal: {},
        })
      : event('message.unsigned', now - HOUR, ids, {
          public: { reason: 'no-key', domain },
          personal: {},
        }),
  ];
}

function happened(): Event[] {
  return [
    attempt('attempt.delivered', 1, '2.0.0'),
    attempt('attempt.delivered', 2, '2.0.0'),
    attempt('attempt.deferred', 2, '4.7.0'),
    attempt('attempt.failed', 3, '5.1.1'),
    attempt('attempt.failed', 30, '5.1.1'),
    attempt('attempt.delivered', 1, '2.0.0', 'local'),
    login(0.5, 'alice'),
    login(0.6, 'bob'),
    login(0.6, 'bob'),
    login(5, 'alice'),
    received('192.0.2.1'),
    received('192.0.2.2'),
    ...sent('s1', 'alice@example.test', true),
    ...sent('s2', 'alice@elsewhere.test', false),
    event(
      'account.limited',
      now - HOUR,
      {},
      {
        public: { limit: 'messages', most: 1, until: '' },
        personal: { client: '192.0.2.1', login: 'bob@example.test' },
      },
    ),
    event(
      'recipient.queued',
      now - 2.5 * HOUR,
      { messageId: 'q' },
      {
        public: { site: 's', stream: 'bulk', nextAt: '' },
        personal: { forwardPath: 'a@b.test' },
      },
    ),
  ];
}

test('attempts of a day at other hosts are counted by what became of them', async () => {
  const counts = await attemptsOfDay(t.store.pool, now);
  assert.deepEqual(
    counts.map(({ type, status, count }) => `${type} ${status} ${count}`).toSorted(),
    ['attempt.deferred 4.7.0 1', 'attempt.delivered 2.0.0 2', 'attempt.failed 5.1.1 1'],
  );
});

test('failed logins are told of the last hour, beside the day before', async () => {
  assert.deepEqual(await failedLogins(t.store.pool, now), { failures: 3, before: 1, names: 2 });
  assert.deepEqual(await accountsBeyond(t.store.pool, now), ['bob@example.test']);
});

test('the last clients and the last sent messages come newest first, so many as asked for', async () => {
  const { pool } = t.store;
  assert.deepEqual(await lastClients(pool, now, 100), ['192.0.2.2', '192.0.2.1']);
  assert.deepEqual(await lastClients(pool, now, 1), ['192.0.2.2']);
  assert.deepEqual(await lastSentMessages(pool, now, 10), [
    { domain: 'example.test', signed: false, reversePath: 'alice@elsewhere.test' },
    { domain: 'example.test', signed: true, reversePath: 'alice@example.test' },
  ]);
});

test('what came into the queue and left it is told hour by hour, the oldest first', async () => {
  assert.deepEqual(await queueByHour(t.store.pool, now, 3), [
    { came: 1, left: 1 },
    { came: 0, left: 1 },
    { came: 0, left: 2 },
  ]);
  assert.deepEqual(await waitingRecipients(t.store.pool), { waiting: 0, oldestAt: null });
  assert.deepEqual(await lastSentCopies(t.store.pool, now, { count: 10, octets: 1000 }), []);
});

test('the database tells its version, its schema and its clock', async () => {
  const state = await databaseState(t.store.pool);
  assert.match(state.version, /^\d+(\.\d+)?$/);
  assert.equal(state.schema, state.newest);
  assert.ok(state.busy > 0 && state.busy < state.most);
  const ahead = await databaseAhead(t.store.pool, () => Date.now());
  assert.ok(Math.abs(ahead) < 60_000, String(ahead));
  assert.deepEqual(await openAccountsOf(t.store.pool, 'example.test'), [
    'alice@example.test',
    'bob@example.test',
  ]);
});
