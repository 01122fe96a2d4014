/** Recipients of one message whose copies have fields of their own: each goes by itself, and the message is one all the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latin1, utf8 } from '#bytes';
import { listEmails, readEmail } from '#store/emails/emails';
import { showQueued } from '#store/queue/admin';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import { collect, CONTENT, HOUR, openOutbound } from '../../../../test/support/smtp/outbound.ts';
import { startSmtpPeer } from '../../../../test/support/smtp/scripted-peer.ts';

const ZONE = { 'other.test': { MX: '10 mx.other.test' }, 'mx.other.test': { A: '192.0.2.1' } };

function own(address: string, more: { readonly nextAt?: number; readonly domain?: '' } = {}) {
  return { address, prefix: utf8(`X-For: ${address}\r\n`), ...more };
}

test('each gets the fields that are for him, in a transaction of his own; who shares the message goes with others', async () => {
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock, ZONE);
  let refusals = 1;
  await using peer = await startSmtpPeer({
    answers: {
      RCPT: (line) => (line.includes('<y@') && refusals-- > 0 ? '450 4.2.1 not now' : undefined),
    },
  });
  outbound.ports.set('192.0.2.1', peer.port);
  outbound.start();
  const to = [own('x@other.test'), 'a@other.test', own('y@other.test'), 'b@other.test'];
  const id = await outbound.send({ to });
  await outbound.until('attempt.delivered', 3, id);
  await outbound.until('attempt.deferred', 1, id);
  const left = await showQueued(outbound.store.pool, id);
  assert.deepEqual(
    left?.recipients.map(({ forwardPath }) => forwardPath),
    ['y@other.test'],
  );
  await outbound.forward(clock, 'attempt.delivered', 4, id);
  assert.equal(await showQueued(outbound.store.pool, id), undefined);
  const got = peer.accepted.map(({ recipients, content }) => [
    recipients.map((line) => /<(.*?)>/.exec(line)![1]).join(),
    latin1(content).slice(0, -CONTENT.length),
  ]);
  assert.deepEqual(
    got.toSorted(([a], [b]) => (a! < b! ? -1 : 1)),
    [
      ['a@other.test,b@other.test', ''],
      ['x@other.test', 'X-For: x@other.test\r\n'],
      ['y@other.test', 'X-For: y@other.test\r\n'],
    ],
  );
});

test('mailboxes here get their own copies too', async () => {
  await using outbound = await openOutbound(new ManualClock());
  outbound.start();
  const to = ['alice@example.test', 'bob@example.test'].map((one) => own(one, { domain: '' }));
  const id = await outbound.send({ to });
  await outbound.until('attempt.delivered', 2, id);
  const { pool } = outbound.store;
  for (const [i, name] of ['alice', 'bob'].entries()) {
    const [email] = await listEmails(pool, outbound.accounts[i]!, { limit: 10 });
    const raw = await collect(readEmail(pool, outbound.accounts[i]!, email!.emailId));
    assert.match(latin1(Buffer.concat(raw)), new RegExp(`^X-For: ${name}@example\\.test\\r$`, 'm'));
    assert.equal(latin1(Buffer.concat(raw)).match(/^X-For/gm)?.length, 1);
  }
});

test('all of them are removed at once, each told of once', async () => {
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  const queue = outbound.start();
  const nextAt = outbound.store.clock.now() + HOUR;
  const to = ['x@other.test', 'y@other.test'].map((one) => own(one, { nextAt }));
  const { id } = await outbound.enqueue({ to });
  assert.deepEqual(await queue.remove({ kind: 'message', id }, false), { free: 2, underWay: 0 });
  assert.equal(await showQueued(outbound.store.pool, id), undefined);
  const removed = outbound.events.filter(({ type }) => type === 'queue.removed');
  assert.deepEqual(new Set(removed.map(({ ids }) => ids.recipientId)), new Set(['1', '2']));
  assert.equal(removed.length, 2);
});
