/** What waits without an attempt: its author hears of it all the same, and once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '#events';
import { begun } from '#mail/warm-up/keeper';
import { listEmails } from '#store/emails/emails';
import { holdQueued, listQueue, releaseQueued } from '#store/queue/admin';
import { changePlan } from '#store/warm-up/change-plan';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import {
  DAY,
  HOUR,
  MINUTE,
  openOutbound,
  type Outbound,
} from '../../../../test/support/smtp/outbound.ts';
import { startSmtpPeer } from '../../../../test/support/smtp/scripted-peer.ts';

const ZONE = { 'other.test': { MX: '10 mx.other.test' }, 'mx.other.test': { A: '192.0.2.1' } };
const SITE = 'mx.other.test';

/** Kinds of the notices about a message, each with the hours since a time. */
function notices({ events }: Outbound, id: string, since: number): [string, number][] {
  return events.flatMap((one) =>
    one.type === 'notice.sent' && one.ids.messageId === id
      ? [[(one as Event<'notice.sent'>).public.kind, (one.at - since) / HOUR] as [string, number]]
      : [],
  );
}

function attempts({ events }: Outbound, id: string): number {
  return events.filter(
    ({ type, ids }) =>
      ids.messageId === id && (type === 'attempt.deferred' || type === 'attempt.failed'),
  ).length;
}

/** A site whose warm-up plan was stopped: nothing goes until a person says so. */
async function stopPlan({ store }: Outbound): Promise<void> {
  const key = { site: SITE, source: '' };
  await store.pool.query(
    `insert into domain_sites (domain, site, seen_at) values ('other.test', $1, $2)`,
    [SITE, new Date(store.clock.now())],
  );
  const now = store.clock.now();
  await changePlan(store.pool, key, now, () =>
    begun(key, { first: 1, growth: 2, target: 100 }, now, 'operator'),
  );
  await store.pool.query(
    `update site_limits set plan_day = 0, plan_hour = 0, day_until = 'infinity' where site = $1`,
    [SITE],
  );
}

test('a letter that a stopped plan keeps back is told of after four hours, and given up at the end of its time', async () => {
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock, ZONE);
  const began = clock.now();
  await stopPlan(outbound);
  outbound.start();
  const id = await outbound.send({ to: ['a@other.test', 'b@other.test'] });
  await outbound.forward(clock, 'recipient.expired', 2, id);
  assert.equal(attempts(outbound, id), 0);
  assert.deepEqual(outbound.dialled, []);
  assert.deepEqual(notices(outbound, id, began), [
    ['delay', 4],
    ['failure', (5 * DAY) / HOUR],
  ]);
  await outbound.until('attempt.delivered', 2);
  const { rowCount } = await outbound.store.pool.query('select from queue_messages');
  assert.equal(rowCount, 0);
  const inbox = await listEmails(outbound.store.pool, outbound.accounts[0]!, { limit: 10 });
  assert.equal(inbox.length, 2);
});

test('at a site that takes nothing, who never gets a turn is told of and given up too', async () => {
  const clock = new ManualClock();
  await using peer = await startSmtpPeer({ answers: { MAIL: '421 4.7.0 too much mail' } });
  await using outbound = await openOutbound(clock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  const began = clock.now();
  const ids: string[] = [];
  for (let i = 0; i < 20; i++) {
    const to = [`r${i}@other.test`];
    ids.push((await outbound.enqueue({ to, expiresAt: began + DAY })).id);
  }
  outbound.start();
  await outbound.forward(clock, 'recipient.expired', 20);
  for (const id of ids) {
    const told = notices(outbound, id, began);
    assert.deepEqual(
      told.map(([kind]) => kind),
      ['delay', 'failure'],
    );
    assert.ok(told[0]![1] < 8.5 && told[1]![1] < 25, told.join(' '));
  }
});

test('several nodes tell of each letter once', async () => {
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock, ZONE);
  await stopPlan(outbound);
  const ids: string[] = [];
  for (let i = 0; i < 120; i++) ids.push((await outbound.enqueue({ to: [`r${i}@other.test`] })).id);
  for (let i = 0; i < 3; i++) outbound.start();
  await outbound.forward(clock, 'notice.sent', 120);
  await outbound.forward(clock, 'recipient.expired', 120);
  for (const id of ids) {
    const told = outbound.events.filter(
      ({ type, ids: { messageId } }) => type === 'notice.sent' && messageId === id,
    );
    assert.equal(told.length, 2);
  }
});

test('what is held is told of once, given up by nobody, and has a day when it is let go', async () => {
  const clock = new ManualClock();
  await using peer = await startSmtpPeer({
    answers: { RCPT: (_, times) => (times === 1 ? '451 4.7.1 later' : undefined) },
  });
  await using outbound = await openOutbound(clock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  const { store } = outbound;
  const began = clock.now();
  const { id } = await outbound.enqueue({ to: ['a@other.test'], expiresAt: began + DAY });
  await holdQueued(store.pool, { kind: 'all' }, clock.now(), 'operator');
  outbound.start();
  await outbound.forward(clock, 'notice.sent', 1, id);
  assert.deepEqual(notices(outbound, id, began), [['delay', 4]]);
  // a letter that is tried until it is given up passes the time
  const other = await outbound.send({ to: ['a@dead.test'], expiresAt: began + 1.5 * DAY });
  outbound.zone.declare('dead.test', { fault: 'servfail' });
  await outbound.forward(clock, 'recipient.expired', 1, other);
  const [held] = await listQueue(store.pool, { kind: 'message', id }, { limit: 1 });
  assert.equal(held!.status, 'held');
  await releaseQueued(store.pool, { kind: 'all' }, clock.now(), 'operator');
  store.notices.say('queue');
  await outbound.forward(clock, 'attempt.delivered', 1, id);
  assert.equal(attempts(outbound, id), 1);
  assert.deepEqual(notices(outbound, id, began), [['delay', 4]]);
});

test('a newsletter that is paced is no news to its author, unless it is asked for', async () => {
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock, ZONE);
  await stopPlan(outbound);
  outbound.start();
  const bulk = (address: string, notify?: string) => ({ address, notify, stream: 'bulk' as const });
  const quiet = await outbound.send({ to: [bulk('a@other.test')] });
  const asked = await outbound.send({ to: [bulk('b@other.test', 'DELAY,FAILURE')] });
  await outbound.forward(clock, 'recipient.expired', 2);
  const kinds = (id: string): string[] => notices(outbound, id, 0).map(([kind]) => kind);
  assert.deepEqual([kinds(quiet), kinds(asked)], [['failure'], ['delay', 'failure']]);
});

test('after an outage of the server what its site takes is tried, not given up', async () => {
  const clock = new ManualClock();
  await using peer = await startSmtpPeer();
  await using outbound = await openOutbound(clock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  const { id } = await outbound.enqueue({ to: ['a@other.test'] });
  clock.advance(6 * DAY);
  outbound.start();
  await outbound.until('attempt.delivered', 1, id);
  assert.equal(outbound.events.filter(({ type }) => type === 'notice.sent').length, 0);
});

test('an attempt that was on its way when the delay was told does not tell of it again', async () => {
  const clock = new ManualClock();
  const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
  await using peer = await startSmtpPeer({
    answers: {
      MAIL: (_, times) => {
        if (times === 1) isAsked();
        return times === 1 ? { raw: '' } : undefined;
      },
    },
  });
  await using outbound = await openOutbound(clock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  const { id } = await outbound.enqueue({
    to: ['a@other.test'],
    arrivedAt: clock.now() - 5 * HOUR,
  });
  outbound.start();
  await asked;
  await outbound.store.pool.query('update queue_recipients set delay_notified = true');
  peer.sendAll('451 4.3.0 busy\r\n');
  await outbound.forward(clock, 'attempt.delivered', 1, id);
  assert.deepEqual(notices(outbound, id, 0), []);
});

test('a message for later has not waited before its time', async () => {
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock, ZONE);
  const began = clock.now();
  await stopPlan(outbound);
  outbound.start();
  const release = began + 2 * DAY;
  const id = await outbound.send({
    to: [{ address: 'a@other.test', nextAt: release }],
    expiresAt: release + 5 * DAY,
  });
  await outbound.forward(clock, 'notice.sent', 1, id);
  const [[kind, hours]] = notices(outbound, id, release) as [[string, number]];
  assert.equal(kind, 'delay');
  assert.ok(hours >= 4 && hours <= 4 + (10 * MINUTE) / HOUR, String(hours));
});
