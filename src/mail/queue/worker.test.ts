import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { systemClock } from '#clock';
import { listEmails } from '#store/emails/emails';
import { openOutbound } from '../../../test/support/smtp/outbound.ts';
import { startSmtpPeer } from '../../../test/support/smtp/scripted-peer.ts';

const ZONE = { 'other.test': { MX: '10 mx.other.test' }, 'mx.other.test': { A: '192.0.2.1' } };
const PIPELINING = { extensions: ['PIPELINING', 'CHUNKING', '8BITMIME', 'ENHANCEDSTATUSCODES'] };

test('a message for a mailbox here is delivered once and leaves nothing in the queue', async () => {
  await using outbound = await openOutbound(systemClock);
  outbound.start();
  const id = await outbound.send({ to: ['bob@example.test'] });
  await outbound.until('attempt.delivered', 1, id);
  const emails = await listEmails(outbound.store.pool, outbound.accounts[1]!, { limit: 10 });
  assert.deepEqual(
    emails.map(({ messageId }) => messageId),
    [id],
  );
  const { rows } = await outbound.store.pool.query('select from queue_messages');
  assert.equal(rows.length, 0);
});

test('a message for a domain elsewhere goes to its exchange', async () => {
  await using peer = await startSmtpPeer(PIPELINING);
  await using outbound = await openOutbound(systemClock, ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  outbound.start();
  const id = await outbound.send({ to: ['a@other.test', 'b@other.test'] });
  await outbound.until('attempt.delivered', 2, id);
  assert.equal(peer.accepted.length, 1);
  assert.deepEqual(peer.accepted[0]!.recipients, [
    'RCPT TO:<a@other.test>',
    'RCPT TO:<b@other.test>',
  ]);
});

test('a queue is idle when nothing is under way, and not while an attempt is', async () => {
  const seen: boolean[] = [];
  await using outbound = await openOutbound(systemClock, ZONE);
  const queue = outbound.start();
  await using peer = await startSmtpPeer({
    answers: {
      MAIL: () => {
        seen.push(queue.isIdle);
        return undefined;
      },
    },
  });
  outbound.ports.set('192.0.2.1', peer.port);
  const isAtRest = async (): Promise<void> => {
    while (!queue.isIdle) await setTimeout(2);
  };
  await isAtRest();
  const id = await outbound.send({ to: ['a@other.test'] });
  assert.equal(queue.isIdle, false);
  await outbound.until('attempt.delivered', 1, id);
  assert.deepEqual(seen, [false]);
  await isAtRest();
  const { rows } = await outbound.store.pool.query('select from queue_leases');
  assert.equal(rows.length, 0);
});
