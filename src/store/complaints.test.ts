import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { event, type Event } from '#events';
import { ManualClock } from '../../test/support/time/manual-clock.ts';
import { addTestAccounts, openTestStore, type TestStore } from '../../test/support/store/store.ts';
import {
  complaintRates,
  countComplaint,
  forgetComplaints,
  isCounted,
  listComplaints,
  type Complaint,
} from './complaints.ts';
import { bulkWaysOut } from './doctor/traffic.ts';
import { writeEvents } from './events/events.ts';

const DAY = 86_400_000;
const clock = new ManualClock();
const now = clock.now();
const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
let t: TestStore;
let complaint: Complaint;

before(async () => {
  t = await openTestStore(clock);
  await addTestAccounts(t.store, 'example.test', ['alice']);
  const { rows } = await t.store.pool.query<{ id: string }>('select id::text as id from tenants');
  complaint = {
    tenantId: rows[0]!.id,
    messageId: 'm1',
    recipientId: 1,
    feedbackType: 'abuse',
    stream: 'bulk',
    site: 'mx.big.test',
    address: 'ann@big.test',
    reporter: 'big.test',
    agent: 'agent\0\r\n',
    matchedBy: 'token',
  };
});

after(() => t[Symbol.asyncDispose]());

async function write(statements: Parameters<TestStore['store']['writer']['run']>[0]['statements']) {
  await t.store.writer.run({ accounts: [], order: '', bytes: 0, statements });
}

function delivered(
  message: string,
  recipient: number,
  at: number,
  site: string,
  stream: string,
): Event[] {
  const ids = { messageId: message, recipientId: String(recipient) };
  return [
    event('recipient.queued', at, ids, {
      public: { site, stream, nextAt: '' },
      personal: { forwardPath: 'x@big.test' },
    }),
    event('attempt.delivered', at, ids, {
      public: { site, stage: 'data', code: 250, status: '2.0.0', host: null, attempt: 1 },
      personal: { forwardPath: 'x@big.test', reply: '' },
    }),
  ];
}

test('a complaint counts once for a recipient and a type, however often it is reported', async () => {
  assert.equal(await isCounted(t.store.pool, complaint), false);
  await write([countComplaint(complaint, now)]);
  await write([countComplaint({ ...complaint, agent: 'another' }, now + 1)]);
  await write([countComplaint({ ...complaint, feedbackType: 'fraud' }, now + 2)]);
  assert.equal(await isCounted(t.store.pool, complaint), true);
  const kept = await listComplaints(t.store.pool, { since: now, site: undefined, limit: 10 });
  assert.deepEqual(
    kept.map(({ feedbackType }) => feedbackType),
    ['fraud', 'abuse'],
  );
  assert.equal(kept[1]!.address, 'ann@big.test');
  assert.deepEqual(
    await listComplaints(t.store.pool, { since: now, site: 'mx.small.test', limit: 10 }),
    [],
  );
});

test('rates are by day, site and stream: what was delivered elsewhere, and what was complained about', async () => {
  await write([
    writeEvents([
      ...delivered('m1', 1, now, 'mx.big.test', 'bulk'),
      ...delivered('m1', 2, now, 'mx.big.test', 'bulk'),
      ...delivered('m2', 1, now, 'mx.big.test', 'transactional'),
      ...delivered('m3', 1, now, 'local', 'bulk'),
      ...delivered('m4', 1, now - DAY, 'mx.small.test', 'bulk'),
      ...delivered('m5', 1, now - 3 * DAY, 'mx.small.test', 'bulk'),
    ]),
  ]);
  assert.deepEqual(await complaintRates(t.store.pool, now - 2 * DAY), [
    { day: dayOf(now), site: 'mx.big.test', stream: 'bulk', delivered: 2, complaints: 2 },
    { day: dayOf(now), site: 'mx.big.test', stream: 'transactional', delivered: 1, complaints: 0 },
    { day: dayOf(now - DAY), site: 'mx.small.test', stream: 'bulk', delivered: 1, complaints: 0 },
  ]);
});

test('old ones are forgotten', async () => {
  await forgetComplaints(t.store.pool, now + 2);
  const kept = await listComplaints(t.store.pool, { since: 0, site: undefined, limit: 10 });
  assert.deepEqual(
    kept.map(({ feedbackType }) => feedbackType),
    ['fraud'],
  );
});

test('bulk messages of a week are counted by their ways out; other mail is not', async () => {
  const submitted = (at: number, wayOut?: 'one-click' | 'none'): Event =>
    event(
      'message.submitted',
      at,
      { messageId: 's' },
      {
        public: {
          channel: 'smtp',
          size: 1,
          tls: null,
          with: 'ESMTPSA',
          recipients: 1,
          releaseAt: null,
          ...(wayOut !== undefined && { wayOut }),
        },
        personal: { client: '', ehlo: '', reversePath: '', login: '', messageIdField: null },
      },
    );
  await write([
    writeEvents([
      submitted(now, 'one-click'),
      submitted(now, 'one-click'),
      submitted(now, 'none'),
      submitted(now),
      submitted(now - 8 * DAY, 'none'),
    ]),
  ]);
  const counted = await bulkWaysOut(t.store.pool, now);
  const day = new Date(now).toISOString().slice(0, 10);
  assert.deepEqual(
    counted.toSorted((a, b) => b.count - a.count),
    [
      { day, wayOut: 'one-click', count: 2 },
      { day, wayOut: 'none', count: 1 },
    ],
  );
});
