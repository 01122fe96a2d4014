import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { test } from 'node:test';
import { latin1, utf8 } from '#bytes';
import type { Event } from '#events';
import { newDkimKeys } from '#mail/accounts/administer';
import { dnsRecordFor } from '#protocol/dkim/key-record';
import { verifyMessage } from '#protocol/dkim/verify';
import { splitHeader } from '#protocol/message/header/fields';
import { parseDeliveryStatus } from '#protocol/dsn/parse-status';
import { setAlias } from '#store/directory/addresses';
import { addDkimKey } from '#store/directory/dkim-keys';
import { listEmails, readEmail } from '#store/emails/emails';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import {
  collect,
  HOUR,
  openOutbound,
  type Outbound,
  type TestMail,
} from '../../../../test/support/smtp/outbound.ts';
import { startSmtpPeer, type PeerScript } from '../../../../test/support/smtp/scripted-peer.ts';

const ZONE = { 'other.test': { MX: '10 mx.other.test' }, 'mx.other.test': { A: '192.0.2.1' } };
const UNKNOWN: PeerScript = {
  extensions: ['PIPELINING', '8BITMIME'],
  answers: { RCPT: '550 5.1.1 no such user' },
};

async function inboxOf({ store, accounts }: Outbound, account = 0): Promise<string[]> {
  const emails = await listEmails(store.pool, accounts[account]!, { limit: 10 });
  const texts = emails.map(async ({ emailId }) => {
    const chunks = await collect(readEmail(store.pool, accounts[account]!, emailId));
    return latin1(Buffer.concat(chunks));
  });
  return Promise.all(texts);
}

/** The machine-readable part of a notice. */
function statusOf(notice: string) {
  const boundary = /boundary="([^"]+)"/.exec(notice)![1]!;
  const part = notice
    .split(`--${boundary}`)
    .find((one) => one.includes('message/delivery-status'))!;
  const parsed = parseDeliveryStatus(utf8(part.slice(part.indexOf('\r\n\r\n') + 4)));
  assert.ok(parsed.kind === 'report');
  return parsed.report;
}

function sent(events: readonly Event[]): string[] {
  return events.flatMap((one) =>
    one.type === 'notice.sent' ? [(one as Event<'notice.sent'>).public.kind] : [],
  );
}

test('a refusal is told to the author in one notice for all recipients that failed together, with the message', async () => {
  await using peer = await startSmtpPeer(UNKNOWN);
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  outbound.start();
  const id = await outbound.send({ to: ['x@other.test', 'y@other.test'], envid: 'Q+2B1' });
  await outbound.until('attempt.delivered', 1);
  const [notice, ...rest] = await inboxOf(outbound);
  assert.deepEqual(rest, []);
  assert.match(notice!, /^Return-Path: <>\r\nDelivered-To: alice@example\.test\r\n/);
  assert.match(notice!, /At noon\?/);
  const status = statusOf(notice!);
  assert.equal(status.originalEnvelopeId, 'Q+1');
  assert.deepEqual(
    status.recipients.map((r) => [
      r.finalRecipient.address,
      r.action,
      r.status,
      r.remoteMta?.value,
    ]),
    [
      ['x@other.test', 'failed', '5.1.1', 'mx.other.test'],
      ['y@other.test', 'failed', '5.1.1', 'mx.other.test'],
    ],
  );
  const event = outbound.events.find(({ type }) => type === 'notice.sent') as Event<'notice.sent'>;
  assert.equal(event.ids.messageId, id);
  const { rows } = await outbound.store.pool.query(
    `select message_id, parent_id from events where type = 'recipient.queued' and parent_id is not null`,
  );
  assert.deepEqual(rows, [{ message_id: event.public.noticeId, parent_id: id }]);
});

test('a notice is from the postmaster of the domain that the author is of, signed by its keys', async () => {
  await using peer = await startSmtpPeer({ extensions: ['PIPELINING'] });
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  const { store } = outbound;
  outbound.ports.set('192.0.2.1', peer.port);
  const now = store.clock.now();
  const records = new Map<string, string>();
  for (const key of await newDkimKeys(now)) {
    await addDkimKey(store.pool, 'example.test', key, now);
    const { privateKey } = key;
    const secret = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' });
    const name = `${key.selector}._domainkey.example.test`;
    records.set(name, dnsRecordFor(createPublicKey(secret)));
  }
  const targets = ['carol@other.test'];
  await setAlias(store.pool, { localPart: 'away', domain: 'example.test', targets, now });
  store.notices.say('directory');
  outbound.start();
  await outbound.send({ to: ['nobody@example.test'], reversePath: 'away@example.test' });
  await outbound.until('attempt.delivered', 2);
  const { content } = peer.accepted[0]!;
  assert.match(latin1(content), /\r\nFrom: Mail Delivery System <postmaster@example\.test>\r\n/);
  const { bodyStart } = splitHeader(content);
  const { signatures } = await verifyMessage({
    header: content.subarray(0, bodyStart),
    body: [content.subarray(bodyStart)],
    lookup: (name) => Promise.resolve({ kind: 'records', records: [records.get(name) ?? ''] }),
    now: now / 1000,
  });
  assert.deepEqual(
    signatures.map(({ result }) => result),
    ['pass', 'pass'],
  );
  const signed = outbound.events.filter(({ type }) => type === 'message.signed');
  const sent = outbound.events.find(({ type }) => type === 'notice.sent');
  assert.deepEqual(
    signed.map(({ ids }) => ids.messageId),
    [(sent as Event<'notice.sent'>).public.noticeId],
  );
});

test('a domain without keys has notices without signatures, and the story says so', async () => {
  await using outbound = await openOutbound(new ManualClock());
  outbound.start();
  await outbound.send({ to: ['nobody@example.test'] });
  await outbound.until('attempt.delivered', 1);
  const unsigned = outbound.events.find(({ type }) => type === 'message.unsigned');
  assert.deepEqual((unsigned as Event<'message.unsigned'>).public, {
    reason: 'no-key',
    domain: 'example.test',
  });
});

test('nobody is told about a message with a null reverse-path', async () => {
  await using peer = await startSmtpPeer(UNKNOWN);
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  outbound.start();
  await outbound.send({ to: ['x@other.test'], reversePath: null });
  await outbound.until('notice.withheld');
  assert.deepEqual(sent(outbound.events), []);
  assert.equal((await outbound.store.pool.query('select from queue_messages')).rowCount, 0);
});

test('what fails of mail whose reverse-path may be forged is told to the postmaster of the alias, not to that path', async () => {
  await using peer = await startSmtpPeer(UNKNOWN);
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  outbound.start();
  await outbound.send({
    reversePath: 'victim@elsewhere.test',
    notifyAuthor: false,
    to: [{ address: 'x@other.test', orcpt: 'rfc822;team@example.test' }],
  });
  await outbound.until('attempt.delivered', 1);
  const withheld = outbound.events.find(
    ({ type }) => type === 'notice.withheld',
  ) as Event<'notice.withheld'>;
  assert.equal(withheld.public.reason, 'unverified-reverse-path');
  const [notice] = await inboxOf(outbound);
  assert.match(notice!, /Delivered-To: postmaster@example\.test/);
  assert.match(notice!, /team@example\.test/);
});

/** NOTIFY, whether the peer offers DSN, and what is sent on delivery and on failure. */
const MATRIX: readonly {
  readonly notify: string | undefined;
  readonly dsn: boolean;
  readonly onSuccess: readonly string[];
  readonly onFailure: readonly string[];
}[] = [
  { notify: undefined, dsn: false, onSuccess: [], onFailure: ['failure'] },
  { notify: undefined, dsn: true, onSuccess: [], onFailure: ['failure'] },
  { notify: 'NEVER', dsn: false, onSuccess: [], onFailure: [] },
  { notify: 'SUCCESS', dsn: false, onSuccess: ['relayed'], onFailure: [] },
  { notify: 'SUCCESS', dsn: true, onSuccess: [], onFailure: [] },
  { notify: 'SUCCESS,FAILURE', dsn: false, onSuccess: ['relayed'], onFailure: ['failure'] },
  { notify: 'FAILURE', dsn: false, onSuccess: [], onFailure: ['failure'] },
  { notify: 'DELAY', dsn: false, onSuccess: [], onFailure: [] },
];

test('NOTIFY decides what is told, and a peer that offers DSN takes the duty over', async () => {
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  const queue = outbound.start();
  for (const { notify, dsn, onSuccess, onFailure } of MATRIX) {
    await using peer = await startSmtpPeer({
      extensions: dsn ? ['DSN'] : [],
      answers: { RCPT: (line) => (line.includes('<bad@') ? '550 5.1.1 no' : undefined) },
    });
    outbound.ports.set('192.0.2.1', peer.port);
    const told = async (address: string): Promise<string[]> => {
      const mail: TestMail = { to: [{ address, notify }], ret: 'HDRS' };
      const { id, destinations } = await outbound.enqueue(mail);
      queue.wake(destinations);
      await Promise.race([
        outbound.until('attempt.delivered', 1, id),
        outbound.until('attempt.failed', 1, id),
      ]);
      return sent(outbound.events.filter(({ ids }) => ids.messageId === id));
    };
    const name = `${notify ?? 'none'}, DSN ${dsn}`;
    assert.deepEqual(await told('good@other.test'), onSuccess, name);
    assert.deepEqual(await told('bad@other.test'), onFailure, name);
    const rcpt = peer.commands.find((line) => line.startsWith('RCPT TO:<good@'))!;
    assert.equal(rcpt.includes('NOTIFY='), dsn && notify !== undefined, name);
  }
});

test('a success notice of a mailbox here says delivered, and returns the header alone', async () => {
  await using outbound = await openOutbound(new ManualClock());
  outbound.start();
  await outbound.send({ to: [{ address: 'bob@example.test', notify: 'SUCCESS' }], ret: 'FULL' });
  await outbound.until('attempt.delivered', 2);
  const [notice] = await inboxOf(outbound);
  assert.equal(statusOf(notice!).recipients[0]!.action, 'delivered');
  assert.doesNotMatch(notice!, /At noon\?/);
});

test('an alias that leads elsewhere: one target answers for the author, several are told as expanded', async () => {
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  const { store } = outbound;
  const now = store.clock.now();
  for (const [localPart, ...targets] of [
    ['one', 'x@other.test'],
    ['two', 'x@other.test', 'y@other.test'],
    ['mixed', 'bob@example.test', 'x@other.test'],
    ['here', 'bob@example.test', 'alice@example.test'],
  ] as const) {
    await setAlias(store.pool, { localPart, domain: 'example.test', targets, now });
  }
  store.notices.say('directory');
  await using peer = await startSmtpPeer({ extensions: ['DSN'] });
  outbound.ports.set('192.0.2.1', peer.port);
  outbound.start();
  const of = async (localPart: string, notify: string): Promise<[string[], string[]]> => {
    const address = `${localPart}@example.test`;
    const before = peer.accepted.length;
    const told = (await inboxOf(outbound)).filter((mail) => mail.includes('delivery-status'));
    const id = await outbound.send({ to: [{ address, notify }] });
    await outbound.until('attempt.delivered', 1, id);
    const wanted = outbound.events.filter(
      ({ type, ids }) => type === 'notice.sent' && ids.messageId === id,
    );
    const forwards = localPart === 'here' ? 0 : 1;
    while (
      peer.accepted.length < before + forwards ||
      (await store.pool.query('select from queue_messages')).rowCount !== 0
    ) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const notices = (await inboxOf(outbound)).filter((mail) => mail.includes('delivery-status'));
    assert.equal(notices.length - told.length, wanted.length);
    const fresh = notices.filter((notice) => !told.includes(notice));
    return [
      fresh.map((notice) => statusOf(notice).recipients[0]!.action),
      peer.accepted
        .slice(before)
        .flatMap(({ recipients }) => recipients.map((line) => /NOTIFY=\S*/.exec(line)?.[0] ?? '')),
    ];
  };
  assert.deepEqual(await of('one', 'SUCCESS,FAILURE'), [[], ['NOTIFY=SUCCESS,FAILURE']]);
  assert.deepEqual(await of('two', 'SUCCESS'), [['expanded'], ['NOTIFY=NEVER', 'NOTIFY=NEVER']]);
  assert.deepEqual(await of('mixed', 'SUCCESS,FAILURE'), [['expanded'], ['NOTIFY=FAILURE']]);
  assert.deepEqual(await of('mixed', 'FAILURE'), [[], ['NOTIFY=FAILURE']]);
  assert.deepEqual(await of('here', 'SUCCESS'), [['delivered'], []]);
});

test('a delay is told once, after four hours, with the time until which attempts go on', async () => {
  const clock = new ManualClock();
  await using outbound = await openOutbound(clock, ZONE);
  outbound.start();
  const id = await outbound.send({ to: ['x@other.test'] });
  const expires = clock.now() + 120 * HOUR;
  await outbound.until('attempt.deferred', 1, id);
  await outbound.forward(clock, 'attempt.deferred', 12, id);
  assert.deepEqual(sent(outbound.events), ['delay']);
  await outbound.until('attempt.delivered', 1);
  const [notice] = await inboxOf(outbound);
  const [recipient] = statusOf(notice!).recipients;
  assert.equal(recipient!.action, 'delayed');
  assert.equal(recipient!.status, '4.4.1');
  assert.equal(recipient!.willRetryUntil, expires);
});

test('a notice that cannot be delivered is not notified of', async () => {
  await using peer = await startSmtpPeer(UNKNOWN);
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  outbound.start();
  await outbound.send({ to: ['x@other.test'], reversePath: 'author@other.test' });
  await outbound.until('attempt.failed', 2);
  await outbound.until('notice.withheld', 1);
  assert.deepEqual(sent(outbound.events), ['failure']);
});

test('an author behind an alias that is gone is not notified in circles', async () => {
  await using outbound = await openOutbound(new ManualClock());
  const { store } = outbound;
  const alias = { localPart: 'me', domain: 'example.test', targets: ['me@example.test'] };
  await setAlias(store.pool, { ...alias, now: store.clock.now() });
  store.notices.say('directory');
  outbound.start();
  await outbound.send({ to: ['nobody@example.test'], reversePath: 'me@example.test' });
  await outbound.until('attempt.failed', 2);
  await outbound.until('notice.withheld', 1);
  const failed = outbound.events.filter(({ type }) => type === 'attempt.failed');
  assert.deepEqual(
    failed.map((one) => (one as Event<'attempt.failed'>).public.status),
    ['5.1.1', '5.4.6'],
  );
});
