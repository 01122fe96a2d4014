import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latin1, utf8 } from '#bytes';
import type { Event } from '#events';
import { parseDeliveryStatus } from '#protocol/dsn/parse-status';
import { listEmails, readEmail } from '#store/emails/emails';
import { listQueue, releaseQueued, showQueued } from '#store/queue/admin';
import { markRemoval } from '#store/queue/removal';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import {
  collect,
  HOUR,
  openOutbound,
  type Outbound,
} from '../../../../test/support/smtp/outbound.ts';
import {
  SILENCE,
  startSmtpPeer,
  type PeerScript,
} from '../../../../test/support/smtp/scripted-peer.ts';

const ZONE = { 'other.test': { MX: '10 mx.other.test' }, 'mx.other.test': { A: '192.0.2.1' } };
const ALL = { kind: 'all' } as const;

/** Due in an hour, so that nobody claims it meanwhile. */
function later(outbound: Outbound, address: string, more: { notify?: string } = {}) {
  return { address, nextAt: outbound.store.clock.now() + HOUR, ...more };
}

async function notices({ store, accounts }: Outbound): Promise<string[]> {
  const emails = await listEmails(store.pool, accounts[0]!, { limit: 100 });
  return Promise.all(
    emails.map(async ({ emailId }) =>
      latin1(Buffer.concat(await collect(readEmail(store.pool, accounts[0]!, emailId)))),
    ),
  );
}

function told(outbound: Outbound, type: Event['type'], id: string): Event[] {
  return outbound.events.filter((one) => one.type === type && one.ids.messageId === id);
}

async function queued({ store }: Outbound): Promise<string[]> {
  return (await listQueue(store.pool, ALL, { limit: 100 })).map(({ forwardPath }) => forwardPath);
}

/** A peer that is silent after the final dot of the first message until `answer` is called. */
async function holdingPeer(reply: 'accept' | 'defer') {
  const reached = Promise.withResolvers<void>();
  const script: PeerScript = {
    answers: {
      'END-OF-DATA': (_, times) => {
        if (times > 1) return undefined;
        reached.resolve();
        return SILENCE;
      },
    },
  };
  const peer = await startSmtpPeer(script);
  const answer = (): void => {
    peer.sendAll(reply === 'accept' ? '250 2.0.0 taken\r\n' : '451 4.3.0 not now\r\n');
  };
  return {
    peer,
    reached: reached.promise,
    answer,
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
}

test('who wrote what is removed is told of it as of any failure, in one notice for a message', async () => {
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  const queue = outbound.start();
  const to = ['x@other.test', 'y@other.test', 'z@more.test'].map((one) => later(outbound, one));
  const { id } = await outbound.enqueue({ to });
  assert.deepEqual(await queue.remove({ kind: 'domain', domain: 'other.test' }, false), {
    free: 2,
    underWay: 0,
  });
  assert.deepEqual(
    (await showQueued(outbound.store.pool, id))?.recipients.map((one) => one.forwardPath),
    ['z@more.test'],
  );
  await outbound.until('attempt.delivered', 1);
  const [notice, ...rest] = await notices(outbound);
  assert.deepEqual(rest, []);
  const report = /boundary="([^"]+)"/.exec(notice!)![1]!;
  const part = notice!.split(`--${report}`).find((one) => one.includes('delivery-status\r\n'))!;
  const parsed = parseDeliveryStatus(utf8(part.slice(part.indexOf('\r\n\r\n') + 4)));
  assert.ok(parsed.kind === 'report');
  assert.deepEqual(
    parsed.report.recipients.map((one) => [
      one.finalRecipient.address,
      one.action,
      one.status,
      one.diagnosticCode?.value,
      one.lastAttempt,
    ]),
    ['x@other.test', 'y@other.test'].map((address) => [
      address,
      'failed',
      '5.7.0',
      'The postmaster took the message out of the queue',
      undefined,
    ]),
  );
  assert.deepEqual(
    told(outbound, 'queue.removed', id).map((one) => [
      one.ids.recipientId,
      one.public,
      one.personal,
    ]),
    [
      ['1', { by: 'operator', silent: false }, { forwardPath: 'x@other.test' }],
      ['2', { by: 'operator', silent: false }, { forwardPath: 'y@other.test' }],
    ],
  );
  assert.equal(told(outbound, 'notice.sent', id).length, 1);
});

test('silently nobody is told, and the message goes with its last recipient', async () => {
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  const queue = outbound.start();
  const { id } = await outbound.enqueue({ to: [later(outbound, 'x@other.test')] });
  assert.equal((await queue.remove({ kind: 'message', id }, true)).free, 1);
  const { rowCount } = await outbound.store.pool.query('select from queue_messages');
  assert.equal(rowCount, 0);
  assert.deepEqual(
    outbound.events.map(({ type, public: fields }) => [type, fields]),
    [['queue.removed', { by: 'operator', silent: true }]],
  );
});

test('those who are told of no failure are told of no removal, and the postmaster knows', async () => {
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  const queue = outbound.start();
  const silenced = [later(outbound, 'x@other.test', { notify: 'NEVER' })];
  const to = [{ ...later(outbound, 'x@other.test'), orcpt: 'rfc822;team@example.test' }];
  const byMx = { notifyAuthor: false, accountId: undefined, reversePath: 'victim@elsewhere.test' };
  const reasons = new Map<string, string>();
  for (const [reason, mail] of [
    ['never', { to: silenced }],
    ['null-reverse-path', { to, reversePath: null }],
    ['unverified-reverse-path', { to, ...byMx }],
  ] as const) {
    reasons.set((await outbound.enqueue(mail)).id, reason);
  }
  assert.equal((await queue.remove(ALL, false)).free, 3);
  for (const [id, reason] of reasons) {
    const [withheld] = told(outbound, 'notice.withheld', id);
    assert.equal((withheld as Event<'notice.withheld'>).public.reason, reason);
    assert.equal(told(outbound, 'queue.removed', id).length, 1);
  }
  assert.deepEqual(await queued(outbound), []);
});

test('what a peer takes while it is being removed is delivered, and nobody is told otherwise', async () => {
  await using holding = await holdingPeer('accept');
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.ports.set('192.0.2.1', holding.peer.port);
  const queue = outbound.start();
  const id = await outbound.send({ to: ['x@other.test', later(outbound, 'y@other.test')] });
  await holding.reached;
  assert.deepEqual(await queue.remove({ kind: 'message', id }, false), { free: 1, underWay: 1 });
  // the notice about y reaches alice while the attempt for x is still under way
  await outbound.until('attempt.delivered', 1);
  assert.equal(told(outbound, 'notice.sent', id).length, 1);
  assert.deepEqual(await queued(outbound), ['x@other.test']);
  holding.answer();
  await outbound.until('attempt.delivered', 1, id);
  await queue.stop();
  assert.deepEqual(told(outbound, 'attempt.failed', id), []);
  assert.deepEqual(
    told(outbound, 'queue.removed', id).map(({ ids }) => ids.recipientId),
    ['2'],
  );
});

test('what a peer defers while it is being removed leaves at the end of the attempt, and is told once', async () => {
  await using holding = await holdingPeer('defer');
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.ports.set('192.0.2.1', holding.peer.port);
  const queue = outbound.start();
  outbound.start();
  const id = await outbound.send({ to: ['x@other.test'] });
  await holding.reached;
  for (let i = 0; i < 2; i++) {
    assert.deepEqual(await queue.remove({ kind: 'message', id }, false), { free: 0, underWay: 1 });
  }
  assert.equal(await releaseQueued(outbound.store.pool, ALL, outbound.store.clock.now(), 'me'), 0);
  holding.answer();
  await outbound.until('queue.removed', 1, id);
  assert.equal(told(outbound, 'attempt.deferred', id).length, 1);
  assert.equal(told(outbound, 'notice.sent', id).length, 1);
  await outbound.until('attempt.delivered', 1);
  assert.equal((await notices(outbound)).length, 1);
});

test('a removal that a process did not finish is finished by the next, by two of them once', async () => {
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  const ids = [];
  for (let i = 0; i < 40; i++) {
    ids.push((await outbound.enqueue({ to: ['x@other.test', 'y@other.test'] })).id);
  }
  const { pool } = outbound.store;
  assert.deepEqual(await markRemoval(pool, ALL, 'removal'), { free: 80, underWay: 0 });
  outbound.start();
  outbound.start();
  await outbound.until('queue.removed', 80);
  await outbound.until('attempt.delivered', 40);
  assert.deepEqual(outbound.dialled, []);
  assert.equal((await notices(outbound)).length, 40);
  for (const id of ids) assert.equal(told(outbound, 'notice.sent', id).length, 1);
});

test('a submission shows its recipient as not delivered, and why', async () => {
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  const queue = outbound.start();
  const { pool } = outbound.store;
  const { id } = await outbound.enqueue({ to: [later(outbound, 'x@other.test')] });
  await pool.query(
    `insert into submission_recipients (message_id, recipient_id, forward_path, delivered, changed_at)
     values ($1, 1, 'x@other.test', 'queued', $2)`,
    [id, new Date()],
  );
  await queue.remove(ALL, false);
  const { rows } = await pool.query('select delivered, smtp_reply from submission_recipients');
  assert.deepEqual(rows, [
    { delivered: 'no', smtp_reply: '5.7.0 The postmaster took the message out of the queue' },
  ]);
});
