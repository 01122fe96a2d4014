import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '#events';
import { setRoute } from '#store/directory/routes';
import {
  holdQueued,
  listQueue,
  releaseNoRoute,
  releaseQueued,
  retryRouted,
} from '#store/queue/admin';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import { MINUTE, openOutbound, type Outbound } from '../../../../test/support/smtp/outbound.ts';
import { startSmtpPeer } from '../../../../test/support/smtp/scripted-peer.ts';

const ZONE = {
  'other.test': { MX: '10 mx.other.test' },
  'twin.test': { MX: '10 mx.other.test' },
  'mx.other.test': { A: '192.0.2.1' },
  'dead.test': { MX: '10 mx.dead.test' },
  'mx.dead.test': { A: '192.0.2.9' },
};

function recipientsOf(count: number, domain: string): string[] {
  return Array.from({ length: count }, (_, i) => `r${i}@${domain}`);
}

function count(events: readonly Event[], type: Event['type'], id: string): number {
  return events.filter((one) => one.type === type && one.ids.messageId === id).length;
}

async function statuses({ store }: Outbound): Promise<(string | null)[][]> {
  const queued = await listQueue(store.pool, { kind: 'all' }, { limit: 100 });
  return queued.map(({ forwardPath, status, held }) => [forwardPath, status, held]);
}

test('a dead site with a thousand recipients holds up nobody, and is not dialled for each of them', async () => {
  const clock = new ManualClock();
  await using peer = await startSmtpPeer();
  await using outbound = await openOutbound(clock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  const dead = await outbound.enqueue({ to: recipientsOf(1000, 'dead.test') });
  const alive = await outbound.enqueue({ to: ['a@other.test'] });
  const queue = outbound.start({ attempts: 2 });
  queue.wake([...dead.destinations, ...alive.destinations]);
  await outbound.until('attempt.delivered', 1, alive.id);
  await outbound.until('attempt.deferred', 1000, dead.id);
  assert.ok(outbound.dialled.filter((address) => address === '192.0.2.9').length <= 4);
  await outbound.forward(clock, 'attempt.deferred', 2000, dead.id);
  assert.ok(outbound.dialled.filter((address) => address === '192.0.2.9').length <= 8);
});

test('domains with one MX set are one site: their recipients share a connection, those of a message a transaction', async () => {
  await using peer = await startSmtpPeer();
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  outbound.start();
  await outbound.send({ to: ['a@other.test', 'b@twin.test'] });
  await outbound.until('attempt.delivered', 2);
  const { rows } = await outbound.store.pool.query(
    'select domain, site from domain_sites order by 1',
  );
  assert.deepEqual(rows, [
    { domain: 'other.test', site: 'mx.other.test' },
    { domain: 'twin.test', site: 'mx.other.test' },
  ]);
  // known by now, they go together
  await outbound.send({ to: ['a@other.test', 'b@twin.test'] });
  await outbound.until('attempt.delivered', 4);
  assert.deepEqual(peer.accepted.at(-1)!.recipients, [
    'RCPT TO:<a@other.test>',
    'RCPT TO:<b@twin.test>',
  ]);
});

test('recipients of one transaction have their own outcomes', async () => {
  await using peer = await startSmtpPeer({
    extensions: ['PIPELINING'],
    answers: {
      RCPT: (line) => {
        if (line.includes('unknown')) return '550 5.1.1 no such user';
        return line.includes('full') ? '452 4.2.2 mailbox full' : undefined;
      },
    },
  });
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  outbound.start();
  const id = await outbound.send({
    to: ['a@other.test', 'unknown@other.test', 'full@other.test', 'bob@example.test'],
  });
  await outbound.until('attempt.delivered', 2, id);
  await outbound.until('attempt.failed', 1, id);
  await outbound.until('attempt.deferred', 1, id);
  assert.equal(count(outbound.events, 'notice.sent', id), 1);
  await outbound.until('attempt.delivered', 3);
  assert.deepEqual(await statuses(outbound), [['full@other.test', 'deferred', null]]);
});

test('421 leaves the rest of a claim untried, and the site alone for a while', async () => {
  const clock = new ManualClock();
  await using peer = await startSmtpPeer({
    answers: { MAIL: (_, times) => (times === 2 ? '421 4.7.0 too much mail' : undefined) },
  });
  await using outbound = await openOutbound(clock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  for (const to of ['a', 'b', 'c', 'd']) await outbound.enqueue({ to: [`${to}@other.test`] });
  await outbound.store.pool.query(`update queue_claims set site = 'mx.other.test'`);
  outbound.start();
  await outbound.until('attempt.deferred');
  assert.equal(peer.commands.filter((line) => line.startsWith('MAIL')).length, 2);
  assert.equal(peer.connections, 1);
  await outbound.forward(clock, 'attempt.delivered', 4);
  assert.equal(outbound.events.filter(({ type }) => type === 'attempt.deferred').length, 1);
});

test('in dev, mail for a domain without a route is held until there is one', async () => {
  await using peer = await startSmtpPeer();
  await using outbound = await openOutbound(new ManualClock(), ZONE, { unrouted: () => 'hold' });
  outbound.ports.set('127.0.0.1', peer.port);
  const queue = outbound.start();
  const id = await outbound.send({ to: ['a@relay.test', 'b@never.test'] });
  await outbound.until('queue.held', 2, id);
  assert.deepEqual(outbound.zone.queries, []);
  assert.deepEqual(await statuses(outbound), [
    ['a@relay.test', 'held', 'no-route'],
    ['b@never.test', 'held', 'no-route'],
  ]);
  const { store } = outbound;
  const route = { domain: 'relay.test', host: '127.0.0.1', port: 2525, tls: 'none' } as const;
  await setRoute(store.pool, { ...route, username: null, password: null }, store.clock.now());
  store.notices.say('directory');
  assert.equal(await releaseNoRoute(store.pool, store.clock.now(), 'route set'), 2);
  queue.wake([]);
  store.notices.say('queue');
  await outbound.until('attempt.delivered', 1, id);
  await outbound.until('queue.held', 3, id);
  assert.deepEqual(await statuses(outbound), [['b@never.test', 'held', 'no-route']]);
});

test('a route that is set again is tried at once for the mail that it deferred, and for no other', async () => {
  const clock = new ManualClock();
  let works = false;
  await using peer = await startSmtpPeer({
    answers: { MAIL: () => (works ? undefined : '451 4.7.0 not with this login') },
  });
  await using outbound = await openOutbound(clock, ZONE);
  outbound.ports.set('127.0.0.1', peer.port).set('192.0.2.1', peer.port);
  const { store } = outbound;
  const set = async (domain: string): Promise<number> => {
    const route = { domain, host: '127.0.0.1', port: 2525, tls: 'none' } as const;
    await setRoute(store.pool, { ...route, username: null, password: null }, clock.now());
    store.notices.say('directory');
    const retried = await retryRouted(store.pool, domain, clock.now(), 'route set');
    store.notices.say('queue');
    return retried;
  };
  await set('relay.test');
  outbound.start();
  const later = await outbound.enqueue({ to: ['later@relay.test'] });
  await store.pool.query('update queue_claims set next_at = $1 where message_id = $2', [
    new Date(clock.now() + 60 * MINUTE),
    later.id,
  ]);
  await outbound.send({ to: ['a@relay.test'] });
  await outbound.send({ to: ['b@other.test'] });
  await outbound.until('attempt.deferred', 2);
  // an attempt that ends after the route was set leaves the site alone for a while
  await outbound.rest();
  works = true;
  assert.equal(await set('relay.test'), 1);
  await outbound.until('attempt.delivered', 1);
  await outbound.rest();
  assert.equal(await set('*'), 1);
  await outbound.until('attempt.delivered', 2);
  assert.deepEqual(
    (await statuses(outbound)).map(([path]) => path),
    ['later@relay.test'],
  );
});

test('HIKYAKU_DELIVERY=hold keeps mail for others until it is released, mail for here is delivered', async () => {
  await using peer = await startSmtpPeer();
  await using outbound = await openOutbound(new ManualClock(), ZONE, { delivery: 'hold' });
  outbound.ports.set('192.0.2.1', peer.port);
  outbound.start();
  const id = await outbound.send({ to: ['a@other.test', 'bob@example.test'] });
  await outbound.until('attempt.delivered', 1, id);
  await outbound.until('queue.held', 1, id);
  assert.equal(peer.accepted.length, 0);
  const { store } = outbound;
  assert.equal(
    await releaseQueued(store.pool, { kind: 'message', id }, store.clock.now(), 'me'),
    1,
  );
  store.notices.say('queue');
  await outbound.until('attempt.delivered', 2, id);
  assert.equal(peer.accepted.length, 1);
});

test('what an operator holds is not tried, also when an attempt was under way', async () => {
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock, ZONE);
  outbound.start();
  const id = await outbound.send({ to: ['a@other.test'] });
  await outbound.until('attempt.deferred', 1, id);
  const { store } = outbound;
  assert.equal(
    await holdQueued(store.pool, { kind: 'domain', domain: 'other.test' }, clock.now(), 'me'),
    1,
  );
  clock.advance(10 * MINUTE);
  await outbound.send({ to: ['bob@example.test'] });
  await outbound.until('attempt.delivered', 1);
  assert.equal(count(outbound.events, 'attempt.deferred', id), 1);
});

test('a domain that moved to other exchanges is delivered there', async () => {
  await using peer = await startSmtpPeer();
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.ports.set('192.0.2.1', peer.port).set('192.0.2.2', peer.port);
  outbound.start();
  await outbound.send({ to: ['a@other.test'] });
  await outbound.until('attempt.delivered', 1);
  outbound.zone.declare('other.test', { MX: '10 mx.moved.test' });
  outbound.zone.declare('mx.moved.test', { A: '192.0.2.2' });
  await outbound.send({ to: ['a@other.test'] });
  await outbound.until('attempt.delivered', 2);
  assert.deepEqual(outbound.dialled, ['192.0.2.1', '192.0.2.2']);
});

test('a domain whose exchange is this server is refused as a loop', async () => {
  await using outbound = await openOutbound(new ManualClock(), {
    'loop.test': { MX: '10 mail.example.test' },
    'mail.example.test': { A: '192.0.2.7' },
  });
  outbound.start();
  const id = await outbound.send({ to: ['a@loop.test'] });
  await outbound.until('attempt.failed', 1, id);
  const failed = outbound.events.find(
    ({ type }) => type === 'attempt.failed',
  ) as Event<'attempt.failed'>;
  assert.equal(failed.public.status, '5.4.6');
});

test('attempts at once at a site become fewer when it defers and more when it accepts', async () => {
  const clock = new ManualClock();
  let deferring = true;
  await using peer = await startSmtpPeer({
    answers: { 'END-OF-DATA': () => (deferring ? '451 4.3.0 busy' : undefined) },
  });
  await using outbound = await openOutbound(clock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  outbound.start();
  const { store } = outbound;
  const capAfter = async (attempts: number): Promise<number> => {
    await outbound.until(deferring ? 'attempt.deferred' : 'attempt.delivered', attempts);
    // the lease ends after what it came to is written
    for (;;) {
      const { rows } = await store.pool.query<{ cap: number; running: number }>(
        `select cap, running from site_limits where site = 'mx.other.test'`,
      );
      if (rows[0]?.running === 0) return rows[0].cap;
    }
  };
  await outbound.send({ to: ['a@other.test'] });
  assert.equal(await capAfter(1), 2);
  deferring = false;
  await outbound.forward(clock, 'attempt.delivered', 1);
  assert.equal(await capAfter(1), 2);
  await outbound.send({ to: ['b@other.test'] });
  assert.equal(await capAfter(2), 3);
});
