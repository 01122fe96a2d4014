import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '#events';
import { isSuppressed, listSuppressions, suppress, type NewSuppression } from '#store/suppression';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import { DAY, HOUR, openOutbound, type Outbound } from '../../../../test/support/smtp/outbound.ts';
import { startSmtpPeer } from '../../../../test/support/smtp/scripted-peer.ts';

const ZONE = { 'other.test': { MX: '10 mx.other.test' }, 'mx.other.test': { A: '192.0.2.1' } };

const bulk = (address: string) => ({ address, stream: 'bulk' as const });

function of<T extends Event['type']>(outbound: Outbound, type: T, id?: string): Event<T>[] {
  return outbound.events.filter(
    (one) => one.type === type && (id === undefined || one.ids.messageId === id),
  ) as Event<T>[];
}

function suppressing({ store }: Outbound, more: Partial<NewSuppression> = {}): Promise<boolean> {
  const at = store.clock.now();
  return suppress(store.pool, {
    stream: 'bulk',
    address: 'ann@other.test',
    reason: 'unsubscribe',
    detail: '',
    at,
    until: undefined,
    ...more,
  });
}

async function suppressedNow({ store }: Outbound): Promise<string[]> {
  const all = await listSuppressions(store.pool, { at: store.clock.now(), limit: 100 });
  return all.map(({ address, reason }) => `${address} ${reason}`);
}

test('of a message to several, those who are suppressed are left out and told apart', async () => {
  await using peer = await startSmtpPeer();
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  await suppressing(outbound, { address: 'ANN@other.test' });
  await suppressing(outbound, { address: 'bob@example.test', reason: 'complaint' });
  outbound.start();
  const id = await outbound.send({
    to: ['ann@other.test', 'ben@other.test', 'alice@example.test', 'bob@example.test'].map(bulk),
  });
  await outbound.until('recipient.suppressed', 2, id);
  await outbound.until('attempt.delivered', 2, id);
  assert.deepEqual(
    of(outbound, 'recipient.suppressed', id)
      .map((one) => `${one.personal.forwardPath} ${one.public.reason} ${one.public.until}`)
      .sort(),
    ['ann@other.test unsubscribe null', 'bob@example.test complaint null'],
  );
  assert.deepEqual(
    peer.accepted.flatMap(({ recipients }) => recipients),
    ['RCPT TO:<ben@other.test>'],
  );
  assert.deepEqual(of(outbound, 'attempt.failed'), []);
  assert.deepEqual(of(outbound, 'notice.sent'), []);
  assert.equal((await outbound.store.pool.query('select from queue_messages')).rowCount, 0);
  assert.equal((await outbound.store.pool.query('select from queue_recipients')).rowCount, 0);
});

test('other streams go to whom bulk mail is not sent', async () => {
  await using peer = await startSmtpPeer();
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  await suppressing(outbound);
  outbound.start();
  for (const stream of ['transactional', 'forward', 'dsn'] as const)
    await outbound.send({ to: [{ address: 'ann@other.test', stream }] });
  await outbound.until('attempt.delivered', 3);
  assert.equal(peer.accepted.length, 3);
});

test('who leaves a list while its mail waits gets none of it, and that of other lists', async () => {
  const clock = new ManualClock();
  await using peer = await startSmtpPeer();
  await using outbound = await openOutbound(clock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  outbound.start();
  const later = { ...bulk('ann@other.test'), nextAt: clock.now() + HOUR };
  const left = await outbound.send({ to: [later], listId: 'weekly.example.test' });
  const other = await outbound.send({ to: [later], listId: 'daily.example.test' });
  await suppressing(outbound, { stream: 'Weekly.example.test' });
  await outbound.forward(clock, 'recipient.suppressed', 1, left);
  await outbound.forward(clock, 'attempt.delivered', 1, other);
  assert.equal(peer.accepted.length, 1);
});

test('who asked for a notice of failure gets one', async () => {
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  await suppressing(outbound);
  outbound.start();
  const id = await outbound.send({ to: [{ ...bulk('ann@other.test'), notify: 'FAILURE,DELAY' }] });
  await outbound.until('notice.sent', 1, id);
  const quiet = await outbound.send({ to: [{ ...bulk('ann@other.test'), notify: 'SUCCESS' }] });
  await outbound.until('recipient.suppressed', 1, quiet);
  assert.equal(of(outbound, 'notice.sent', quiet).length, 0);
});

test('a refusal for good suppresses for bulk mail alone, and ends after half a year', async () => {
  const clock = new ManualClock();
  await using peer = await startSmtpPeer({ answers: { RCPT: '550 5.1.1 no such user' } });
  await using outbound = await openOutbound(clock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  outbound.start();
  const written = await outbound.send({ to: ['ann@other.test'] });
  await outbound.until('attempt.failed', 1, written);
  assert.deepEqual(await suppressedNow(outbound), []);
  const sent = await outbound.send({
    to: ['ann', 'ben'].map((name) => bulk(`${name}@other.test`)),
  });
  await outbound.until('address.suppressed', 2, sent);
  assert.deepEqual((await suppressedNow(outbound)).sort(), [
    'ann@other.test hard-bounce',
    'ben@other.test hard-bounce',
  ]);
  const question = { stream: 'bulk', address: 'ann@other.test' };
  const { rows } = await outbound.store.pool.query<{ id: string }>('select id from tenants');
  const until = (days: number) =>
    isSuppressed(outbound.store.pool, {
      ...question,
      tenantId: rows[0]!.id,
      at: clock.now() + days * DAY,
    });
  assert.deepEqual([await until(179), await until(180)], [true, false]);
});

test('a mailbox that is not here may be tomorrow', async () => {
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.start();
  const id = await outbound.send({ to: [bulk('carol@example.test')] });
  await outbound.until('attempt.failed', 1, id);
  assert.deepEqual(await suppressedNow(outbound), []);
});

test('a domain that does not exist suppresses, without a peer', async () => {
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.start();
  const id = await outbound.send({ to: [bulk('ann@no-such.test')] });
  await outbound.until('attempt.failed', 1, id);
  assert.deepEqual(await suppressedNow(outbound), ['ann@no-such.test hard-bounce']);
});

test('«unknown user» after the content is a filter, and what is said of us is none of the address', async () => {
  await using peer = await startSmtpPeer({
    answers: {
      RCPT: (line) => (line.includes('wary') ? '550 5.7.1 blocked by our blocklist' : undefined),
      'END-OF-DATA': '550 Unknown user ann@other.test',
    },
  });
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  outbound.start();
  for (const name of ['ann', 'wary'])
    await outbound.until(
      'attempt.failed',
      1,
      await outbound.send({ to: [bulk(`${name}@other.test`)] }),
    );
  assert.deepEqual(await suppressedNow(outbound), []);
  const { rows } = await outbound.store.pool.query('select address from soft_bounces');
  assert.deepEqual(rows, [{ address: 'ann@other.test' }]);
});

test('a mailbox that is full on three days is left alone for a month; three times in a day is once', async () => {
  const clock = new ManualClock();
  await using peer = await startSmtpPeer({ answers: { RCPT: '552 5.2.2 mailbox full' } });
  await using outbound = await openOutbound(clock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  outbound.start();
  const fail = async () => {
    const id = await outbound.send({ to: [bulk('ann@other.test')] });
    await outbound.until('attempt.failed', 1, id);
  };
  for (let time = 0; time < 3; time++) await fail();
  clock.advance(7 * DAY);
  await fail();
  assert.deepEqual(await suppressedNow(outbound), []);
  clock.advance(7 * DAY);
  await fail();
  assert.deepEqual(await suppressedNow(outbound), ['ann@other.test soft-bounces']);
  clock.advance(30 * DAY);
  assert.deepEqual(await suppressedNow(outbound), []);
});

test('what could not be delivered in its time counts once', async () => {
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock, ZONE);
  outbound.start();
  const id = await outbound.send({ to: [bulk('ann@other.test')] });
  await outbound.forward(clock, 'recipient.expired', 1, id);
  const { rowCount } = await outbound.store.pool.query('select from soft_bounces');
  assert.equal(rowCount, 1);
  assert.deepEqual(await suppressedNow(outbound), []);
});
