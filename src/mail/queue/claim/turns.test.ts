/** Who goes first: letters of one site among themselves, sites among themselves, and personal mail before bulk mail. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLAIM_LIMIT } from '#mail/queue/context';
import { wakeDestinations } from '#store/queue/destinations';
import type { Stream } from '#store/queue/enqueue';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import { openOutbound, type Outbound } from '../../../../test/support/smtp/outbound.ts';
import { startSmtpPeer } from '../../../../test/support/smtp/scripted-peer.ts';

const ZONE = {
  'other.test': { MX: '10 mx.other.test' },
  'mx.other.test': { A: '192.0.2.1' },
};

async function letters(outbound: Outbound, count: number, stream: Stream): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const address = `${stream}${i}@other.test`;
    ids.push((await outbound.enqueue({ to: [{ address, stream }] })).id);
  }
  const { pool } = outbound.store;
  // as where the MX set is known, and the site asked for less: one attempt at once
  await pool.query(`update queue_claims set site = 'mx.other.test'`);
  await pool.query(
    `insert into site_limits (site, source, cap) values ('mx.other.test', '', 1) on conflict do nothing`,
  );
  return ids;
}

function tried(outbound: Outbound, ids: readonly string[]): number[] {
  return ids.map(
    (id) =>
      outbound.events.filter(
        ({ type, ids: { messageId } }) => type === 'attempt.deferred' && messageId === id,
      ).length,
  );
}

test('at a site that says 421 each time every letter gets its turn, and none a second one before', async () => {
  const clock = new ManualClock();
  await using peer = await startSmtpPeer({ answers: { MAIL: '421 4.7.0 too much mail' } });
  await using outbound = await openOutbound(clock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  const ids = await letters(outbound, 15, 'transactional');
  outbound.start();
  await outbound.forward(clock, 'attempt.deferred', 15);
  assert.deepEqual(tried(outbound, ids), Array(15).fill(1));
  await outbound.forward(clock, 'attempt.deferred', 30);
  assert.deepEqual(tried(outbound, ids), Array(15).fill(2));
});

test('at a site that takes one letter each time none waits for longer than the half of those who came with it', async () => {
  const clock = new ManualClock();
  let taken = -1;
  await using peer = await startSmtpPeer({
    answers: {
      MAIL: () => {
        if (taken === peer.connections) return '421 4.7.0 one at a time';
        taken = peer.connections;
        return undefined;
      },
    },
  });
  await using outbound = await openOutbound(clock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  const ids = await letters(outbound, 12, 'transactional');
  outbound.start();
  await outbound.forward(clock, 'attempt.delivered', 12);
  // each time that all had their turn, half of them are left
  assert.equal(Math.max(...tried(outbound, ids)), Math.ceil(Math.log2(12)));
});

test('recipients of one message still share a transaction, whichever of them is due first', async () => {
  const clock = new ManualClock();
  await using peer = await startSmtpPeer();
  await using outbound = await openOutbound(clock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  const at = (address: string, ago: number) => ({ address, nextAt: clock.now() - ago });
  await outbound.enqueue({ to: [at('a@other.test', 1), at('b@other.test', 9)] });
  await outbound.enqueue({ to: [at('c@other.test', 5)] });
  await outbound.store.pool.query(`update queue_claims set site = 'mx.other.test'`);
  outbound.start();
  await outbound.until('attempt.delivered', 3);
  assert.deepEqual(
    peer.accepted.map(({ recipients }) => recipients),
    [['RCPT TO:<a@other.test>', 'RCPT TO:<b@other.test>'], ['RCPT TO:<c@other.test>']],
  );
});

test('a password reset overtakes the newsletter that goes to the same site', async () => {
  const clock = new ManualClock();
  const begun = Promise.withResolvers<void>();
  await using peer = await startSmtpPeer({
    answers: {
      'END-OF-DATA': (_, times) => {
        if (times > 1) return undefined;
        begun.resolve();
        return { raw: '' };
      },
    },
  });
  await using outbound = await openOutbound(clock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  await letters(outbound, 450, 'bulk');
  outbound.start();
  await begun.promise;
  const reset = await outbound.enqueue({ to: ['reset@other.test'] });
  const { pool, notices } = outbound.store;
  await wakeDestinations(pool, reset.destinations, clock.now());
  notices.say('queue');
  // the newsletter goes on once the reset is in line
  peer.sendAll('250 2.0.0 taken\r\n');
  await outbound.forward(clock, 'attempt.delivered', 1, reset.id);
  assert.ok(peer.accepted.length <= CLAIM_LIMIT + 1, `after ${peer.accepted.length} letters`);
  await outbound.forward(clock, 'attempt.delivered', 451);
});
