import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { event, type Event } from '#events';
import { writeEvents } from '#store/events/events';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { openTestStore, type TestStore } from '../../../test/support/store/store.ts';
import { brokenHandshakes } from './handshakes.ts';

const HOUR = 3_600_000;
const clock = new ManualClock();
const now = clock.now();
let t: TestStore;

before(async () => {
  t = await openTestStore(clock);
  const events = [
    broken('198.51.100.7', 3, 'alert bad certificate'),
    broken('198.51.100.7', 2, 'no shared cipher', 'submission'),
    broken('198.51.100.200', 1, 'the client went away during the handshake'),
    broken('2001:db8:0:1::1', 4, 'no shared cipher'),
    broken('2001:db8:0:1:ffff::2', 5, 'no shared cipher'),
    broken('2001:db8:0:2::1', 5, 'no shared cipher'),
    broken('203.0.113.1', 30, 'too long ago'),
    broken('', 1, 'nobody knows from where'),
    received('198.51.100.9', 'TLSv1.3'),
    received('198.51.100.7', null),
    received('198.51.100.7', null),
    received('203.0.113.9', 'TLSv1.3'),
  ];
  const statements = [writeEvents(events)];
  await t.store.writer.run({ accounts: [], order: '', bytes: 0, statements });
});

after(() => t[Symbol.asyncDispose]());

function broken(client: string, hours: number, reason: string, listener = 'mx'): Event {
  const fields = { public: { listener, reason }, personal: { client } };
  return event('session.handshake-failed', now - hours * HOUR, {}, fields);
}

function received(client: string, tls: string | null): Event {
  return event(
    'message.received',
    now - HOUR,
    { messageId: t.store.newId() },
    {
      public: { listener: 'mx', size: 1, tls, with: 'ESMTP', recipients: 1 },
      personal: { client, ehlo: 'x', reversePath: '', messageIdField: null },
    },
  );
}

test('broken handshakes are counted by network, with what came from there all the same', async () => {
  const found = await brokenHandshakes(t.store.pool, { since: now - 24 * HOUR, limit: 10 });
  assert.deepEqual(
    found.map(({ network, failed, addresses }) => [network, failed, addresses]),
    [
      ['198.51.100.0/24', 3, 2],
      ['2001:db8:0:1::/64', 2, 2],
      ['2001:db8:0:2::/64', 1, 1],
    ],
  );
  const [first] = found;
  assert.deepEqual(first!.listeners, ['mx', 'submission']);
  assert.equal(first!.reason, 'the client went away during the handshake');
  assert.deepEqual([first!.underTls, first!.inClear], [1, 2]);
  assert.equal(first!.firstAt.getTime(), now - 3 * HOUR);
  assert.equal(first!.lastAt.getTime(), now - HOUR);
  assert.deepEqual([found[1]!.underTls, found[1]!.inClear], [0, 0]);
});

test('no more networks than asked for, those with the most', async () => {
  const found = await brokenHandshakes(t.store.pool, { since: 0, limit: 2 });
  assert.deepEqual(
    found.map(({ network }) => network),
    ['198.51.100.0/24', '2001:db8:0:1::/64'],
  );
});
