import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '#events';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import { DAY, HOUR, MINUTE, openOutbound } from '../../../../test/support/smtp/outbound.ts';
import { startSmtpPeer } from '../../../../test/support/smtp/scripted-peer.ts';

const ZONE = { 'other.test': { MX: '10 mx.other.test' }, 'mx.other.test': { A: '192.0.2.1' } };

function of<T extends Event['type']>(events: readonly Event[], type: T, id?: string): Event<T>[] {
  return events.filter(
    (one) => one.type === type && (id === undefined || one.ids.messageId === id),
  ) as Event<T>[];
}

test('a site that is down for five days is tried on schedule; its author hears of the delay once, and of the failure', async () => {
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock, ZONE);
  const began = clock.now();
  outbound.start();
  const id = await outbound.send({ to: ['a@other.test'] });
  await outbound.forward(clock, 'recipient.expired', 1, id);
  const tried = [
    ...of(outbound.events, 'attempt.deferred', id),
    ...of(outbound.events, 'attempt.failed', id),
  ].map(({ at }) => (at - began) / MINUTE);
  const four = Array.from({ length: 29 }, (_, i) => 255 + 240 * i);
  assert.deepEqual(tried, [0, 1, 3, 7, 15, 31, 63, 127, ...four, 7200]);
  const notices = of(outbound.events, 'notice.sent', id);
  assert.deepEqual(
    notices.map((one) => [one.public.kind, (one.at - began) / HOUR]),
    [
      ['delay', 255 / 60],
      ['failure', (5 * DAY) / HOUR],
    ],
  );
  assert.equal(outbound.dialled.length, 38);
  await outbound.until('attempt.delivered', 2);
  assert.equal((await outbound.store.pool.query('select from queue_messages')).rowCount, 0);
});

test('what is deferred once is delivered at the next attempt', async () => {
  const clock = new ManualClock();
  await using peer = await startSmtpPeer({
    answers: { RCPT: (_, times) => (times === 1 ? '451 4.7.1 come back later' : undefined) },
  });
  await using outbound = await openOutbound(clock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  outbound.start();
  const id = await outbound.send({ to: ['a@other.test'] });
  await outbound.until('attempt.deferred', 1, id);
  const [deferred] = of(outbound.events, 'attempt.deferred', id);
  assert.equal(deferred!.personal.reply, '451 4.7.1 come back later');
  assert.equal(deferred!.public.nextAt, new Date(clock.now() + MINUTE).toISOString());
  await outbound.forward(clock, 'attempt.delivered', 1, id);
  assert.equal(peer.accepted.length, 1);
});

test('a connection that is lost before the end of the content is made again at once', async () => {
  await using peer = await startSmtpPeer({
    answers: { RCPT: (_, times) => (times === 1 ? { raw: '', hangUp: true } : undefined) },
  });
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  outbound.start();
  const id = await outbound.send({ to: ['a@other.test'] });
  await outbound.until('attempt.delivered', 1, id);
  assert.equal(peer.connections, 2);
  assert.equal(of(outbound.events, 'attempt.deferred').length, 0);
});

test('a host that cannot be reached, or greets with 4yz, leads to the next', async () => {
  await using busy = await startSmtpPeer({ answers: { GREETING: '421 4.3.2 too busy' } });
  await using backup = await startSmtpPeer();
  await using outbound = await openOutbound(new ManualClock(), {
    'other.test': { MX: ['10 down.other.test', '20 busy.other.test', '30 backup.other.test'] },
    'down.other.test': { A: '192.0.2.1' },
    'busy.other.test': { A: '192.0.2.2' },
    'backup.other.test': { A: ['192.0.2.3'] },
  });
  outbound.ports.set('192.0.2.2', busy.port).set('192.0.2.3', backup.port);
  outbound.start();
  const id = await outbound.send({ to: ['a@other.test'] });
  await outbound.until('attempt.delivered', 1, id);
  assert.deepEqual(outbound.dialled, ['192.0.2.1', '192.0.2.2', '192.0.2.3']);
  assert.equal(of(outbound.events, 'attempt.delivered', id)[0]!.public.host, 'backup.other.test');
});

test('a domain that cannot be looked up is tried again; one that does not exist is not', async () => {
  await using outbound = await openOutbound(new ManualClock(), {
    'broken.test': { fault: 'servfail' },
  });
  outbound.start();
  await outbound.send({ to: ['a@broken.test', 'b@missing.test'] });
  await outbound.until('attempt.deferred');
  await outbound.until('attempt.failed');
  assert.equal(of(outbound.events, 'attempt.deferred')[0]!.public.status, '4.4.3');
  assert.equal(of(outbound.events, 'attempt.failed')[0]!.public.status, '5.1.2');
});
