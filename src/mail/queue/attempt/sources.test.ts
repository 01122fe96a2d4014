/** Where mail leaves from: the pool of source addresses, on a loopback that has many. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QueueOptions } from '#mail/queue/options';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import { openOutbound, type Outbound } from '../../../../test/support/smtp/outbound.ts';
import {
  SILENCE,
  startSmtpPeer,
  type SmtpTestPeer,
} from '../../../../test/support/smtp/scripted-peer.ts';

const ZONE = {
  'other.test': { MX: '10 mx.other.test' },
  'mx.other.test': { A: '192.0.2.1' },
  'both.test': { MX: '10 mx.both.test' },
  'mx.both.test': { A: '192.0.2.1', AAAA: '2001:db8::1' },
};
const [FIRST, SECOND] = ['127.0.0.2', '127.0.0.3'] as const;

async function open(
  peer: SmtpTestPeer,
  sourceAddresses: readonly string[],
  more: Partial<QueueOptions> = {},
): Promise<Outbound> {
  const outbound = await openOutbound(new ManualClock(), ZONE, { sourceAddresses, ...more });
  outbound.ports.set('192.0.2.1', peer.port);
  return outbound;
}

test('each attempt leaves from an address of the pool, none of which is always the first', async () => {
  await using peer = await startSmtpPeer();
  let count = 1;
  // another order for each letter, however often a worker that looks for work draws one meanwhile
  const random = () => (count % 2 === 0 ? 0 : 0.9);
  await using outbound = await open(peer, [FIRST, SECOND], { random });
  outbound.start();
  for (; count <= 8; count++) {
    await outbound.send({ to: [`r${count}@other.test`] });
    await outbound.until('attempt.delivered', count);
    // until the attempt has ended its source is the busier one
    await outbound.rest();
  }
  const inTurn = [FIRST, SECOND];
  assert.deepEqual(peer.clients, [...inTurn, ...inTurn, ...inTurn, ...inTurn]);
});

test('attempts at once are spread over the pool', async () => {
  await using peer = await startSmtpPeer({ answers: { GREETING: SILENCE } });
  await using outbound = await open(peer, [FIRST, SECOND]);
  for (let i = 0; i < 4; i++) await outbound.enqueue({ to: [`r${i}@other.test`] });
  // a destination for each: those of one go in one attempt
  await outbound.store.pool.query(
    `update queue_claims set stream = 'bulk' where recipient_id = 1 and message_id in (select message_id from queue_claims order by 1 limit 2)`,
  );
  outbound.start();
  while (peer.clients.length < 2) await new Promise(setImmediate);
  assert.deepEqual([...peer.clients].sort(), [FIRST, SECOND]);
});

test('a source that the site has enough of rests, and mail goes on from the other', async () => {
  let tooMuch = '';
  await using peer = await startSmtpPeer({
    answers: {
      MAIL: () => {
        tooMuch ||= peer.clients.at(-1)!;
        return peer.clients.at(-1) === tooMuch ? '421 4.7.28 too much from you' : undefined;
      },
    },
  });
  await using outbound = await open(peer, [FIRST, SECOND]);
  outbound.start();
  const { store } = outbound;
  await outbound.send({ to: ['a@other.test'] });
  await outbound.until('attempt.deferred', 1);
  // the source rests from when the attempt has given back what it took
  await outbound.rest();
  for (let count = 1; count <= 3; count++) {
    await outbound.send({ to: [`r${count}@other.test`] });
    await outbound.until('attempt.delivered', count);
    await peer.idle();
  }
  const other = tooMuch === FIRST ? SECOND : FIRST;
  assert.deepEqual(peer.clients, [tooMuch, other, other, other]);
  const { rows } = await store.pool.query<{ source: string; blocked: boolean }>(
    'select source, blocked_until > $1 as blocked from site_limits where blocked_until is not null',
    [new Date(store.clock.now())],
  );
  assert.deepEqual(rows, [{ source: tooMuch, blocked: true }]);
});

test('an IPv4 host is reached from the IPv4 address of a pool of both families', async () => {
  await using peer = await startSmtpPeer();
  for (const pool of [
    ['::1', SECOND],
    [SECOND, '::1'],
  ]) {
    for (const random of [0, 0.99]) {
      await using outbound = await open(peer, pool, { random: () => random });
      outbound.start();
      await outbound.send({ to: ['a@other.test'] });
      await outbound.until('attempt.delivered', 1);
      assert.equal(peer.clients.at(-1), SECOND);
    }
  }
});

test('of a host of both families the address is taken that fits the source', async () => {
  await using peer = await startSmtpPeer();
  await using outbound = await open(peer, [FIRST]);
  outbound.start();
  await outbound.send({ to: ['a@both.test'] });
  await outbound.until('attempt.delivered', 1);
  assert.deepEqual(outbound.dialled, ['192.0.2.1']);
  await using six = await open(peer, ['::1']);
  six.start();
  await six.send({ to: ['a@both.test'] });
  await six.until('attempt.deferred', 1);
  assert.deepEqual(six.dialled, ['2001:db8::1']);
});

test('without a pool the system chooses', async () => {
  await using peer = await startSmtpPeer();
  await using outbound = await open(peer, []);
  outbound.start();
  await outbound.send({ to: ['a@other.test'] });
  await outbound.until('attempt.delivered', 1);
  assert.deepEqual(peer.clients, ['127.0.0.1']);
});
