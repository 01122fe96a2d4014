import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { latin1 } from '#bytes';
import { nowhereResolver } from '#clients/dns/nowhere';
import type { Event } from '#events';
import { senderOfForward } from '#mail/deliver/reverse-path';
import type { QueueOptions } from '#mail/queue/options';
import { keyLookup } from '#protocol/dkim/key-lookup';
import { dnsRecordFor } from '#protocol/dkim/key-record';
import { verifyChain } from '#protocol/arc/verify-chain';
import { setAlias } from '#store/directory/addresses';
import { addDkimKey } from '#store/directory/dkim-keys';
import { insertDomain } from '#store/directory/domains';
import { listEmails, readEmail } from '#store/emails/emails';
import { releaseQueued } from '#store/queue/admin';
import { ManualClock } from '../../../../test/support/time/manual-clock.ts';
import {
  collect,
  MINUTE,
  openOutbound,
  type Outbound,
} from '../../../../test/support/smtp/outbound.ts';
import { startSmtpPeer } from '../../../../test/support/smtp/scripted-peer.ts';

const ZONE = { 'other.test': { MX: '10 mx.other.test' }, 'mx.other.test': { A: '192.0.2.1' } };

async function alias({ store }: Outbound, localPart: string, ...targets: string[]): Promise<void> {
  const now = store.clock.now();
  await setAlias(store.pool, { localPart, domain: 'example.test', targets, now });
  store.notices.say('directory');
}

async function messagesOf({ store, accounts }: Outbound, account: number): Promise<string[]> {
  const emails = await listEmails(store.pool, accounts[account]!, { limit: 100 });
  return emails.map(({ messageId }) => messageId);
}

async function textOf({ store, accounts }: Outbound, account: number): Promise<string> {
  const [email] = await listEmails(store.pool, accounts[account]!, { limit: 1 });
  const chunks = await collect(readEmail(store.pool, accounts[account]!, email!.emailId));
  return latin1(Buffer.concat(chunks));
}

function statuses(events: readonly Event[]): string[] {
  return events.flatMap((one) =>
    one.type === 'attempt.failed' || one.type === 'attempt.deferred'
      ? [(one as Event<'attempt.failed'>).public.status]
      : [],
  );
}

test('an alias brings each account one copy, and a forward of its own to each target elsewhere', async () => {
  await using peer = await startSmtpPeer({ extensions: ['DSN'] });
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  await alias(outbound, 'team', 'alice@example.test', 'bob@example.test', 'carol@other.test');
  await alias(outbound, 'all', 'team@example.test', 'bob@example.test');
  outbound.start();
  const id = await outbound.send({
    to: ['all@example.test', 'team@example.test', 'bob@example.test'],
  });
  await outbound.until('attempt.delivered', 3, id);
  assert.deepEqual(await messagesOf(outbound, 0), [id]);
  assert.deepEqual(await messagesOf(outbound, 1), [id]);
  // each of the two aliases sends the message on
  await outbound.until('attempt.delivered', 5);
  assert.deepEqual(
    peer.accepted.map((mail) => mail.recipients),
    [
      ['RCPT TO:<carol@other.test> ORCPT=rfc822;all@example.test'],
      ['RCPT TO:<carol@other.test> ORCPT=rfc822;team@example.test'],
    ],
  );
  assert.match(latin1(peer.accepted[0]!.content), /^Delivered-To: all@example\.test\r\n/);
});

test('one copy also when the recipients come in different claims', async () => {
  await using outbound = await openOutbound(new ManualClock());
  await alias(outbound, 'team', 'bob@example.test');
  outbound.start();
  const later = outbound.store.clock.now() + MINUTE;
  const id = await outbound.send({
    to: ['bob@example.test', { address: 'team@example.test', nextAt: later }],
  });
  await outbound.until('attempt.delivered', 1, id);
  await outbound.forward(outbound.store.clock as ManualClock, 'attempt.delivered', 2, id);
  assert.deepEqual(await messagesOf(outbound, 1), [id]);
});

test('one copy also when the first recipient comes after the others, let go by hand', async () => {
  await using outbound = await openOutbound(new ManualClock());
  const { store } = outbound;
  await alias(outbound, 'team', 'bob@example.test');
  const { id, destinations } = await outbound.enqueue({
    to: ['team@example.test', 'bob@example.test'],
  });
  await store.pool.query(`update queue_claims set held = 'operator' where recipient_id = 1`);
  outbound.start().wake(destinations);
  await outbound.until('attempt.delivered', 1, id);
  const now = store.clock.now();
  assert.equal(await releaseQueued(store.pool, { kind: 'message', id }, now, 'me'), 1);
  store.notices.say('queue');
  await outbound.until('attempt.delivered', 2, id);
  assert.deepEqual(await messagesOf(outbound, 1), [id]);
});

test('an alias is full only where all of its mailboxes are: none of them is passed over', async () => {
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  const { store } = outbound;
  await alias(outbound, 'team', 'alice@example.test', 'bob@example.test');
  await store.pool.query(`update accounts set quota_messages = 0 where name like 'alice@%'`);
  store.notices.say('directory');
  outbound.start();
  const id = await outbound.send({ to: ['team@example.test'], reversePath: null });
  await outbound.until('attempt.delivered', 1, id);
  assert.deepEqual(await messagesOf(outbound, 0), [id]);
  assert.deepEqual(await messagesOf(outbound, 1), [id]);
});

test('a copy says whom it came from and to whom, and hides what was hidden', async () => {
  await using outbound = await openOutbound(new ManualClock());
  const content = 'Bcc: secret@example.test\r\nSubject: Lunch\r\n\r\nNoon\r\n';
  const { store } = outbound;
  const { id, destinations } = await outbound.enqueue({ to: ['bob+x@example.test'], content });
  await store.pool.query(
    `update queue_messages set hidden = '{0,26}', size = size - 26 where id = $1`,
    [id],
  );
  outbound.start().wake(destinations);
  await outbound.until('attempt.delivered', 1, id);
  assert.equal(
    await textOf(outbound, 1),
    'Return-Path: <alice@example.test>\r\nDelivered-To: bob+x@example.test\r\nSubject: Lunch\r\n\r\nNoon\r\n',
  );
});

test('mailboxes that are unknown, disabled or an alias of themselves fail, full ones wait', async () => {
  await using outbound = await openOutbound(new ManualClock());
  const { store } = outbound;
  await alias(outbound, 'circle', 'square@example.test');
  await alias(outbound, 'square', 'circle@example.test');
  await store.pool.query(`update accounts set disabled_at = $1 where name like 'alice@%'`, [
    new Date(),
  ]);
  await store.pool.query(`update accounts set quota_messages = 0 where name like 'bob@%'`);
  outbound.start();
  for (const [localPart, status] of [
    ['nobody', '5.1.1'],
    ['alice', '5.2.1'],
    ['circle', '5.4.6'],
    ['bob', '4.2.2'],
  ] as const) {
    outbound.events.length = 0;
    const to = [`${localPart}@example.test`];
    await outbound.send({ to, reversePath: null });
    await outbound.until(status.startsWith('5') ? 'attempt.failed' : 'attempt.deferred');
    assert.deepEqual(statuses(outbound.events), [status]);
  }
});

test('an account that goes while its mail is on the way costs its neighbours nothing', async () => {
  await using outbound = await openOutbound(new ManualClock());
  const { store, accounts } = outbound;
  const ids = [];
  const destinations = [];
  for (const to of ['alice', 'bob', 'alice', 'bob']) {
    const queued = await outbound.enqueue({ to: [`${to}@example.test`] });
    ids.push(queued.id);
    destinations.push(...queued.destinations);
  }
  // known to the cache, gone from the tables: the insert is what finds out
  await outbound.directory.addressed('alice', 'example.test');
  await store.pool.query('delete from mailboxes where account_id = $1', [accounts[0]]);
  outbound.start().wake(destinations);
  await outbound.until('attempt.delivered', 2);
  await outbound.until('attempt.deferred', 2);
  assert.deepEqual((await messagesOf(outbound, 1)).sort(), [ids[1], ids[3]]);
  assert.deepEqual(statuses(outbound.events), ['4.3.0', '4.3.0']);
});

test('two workers bring a mailbox exactly one copy of each message', async () => {
  await using outbound = await openOutbound(new ManualClock());
  const destinations = [];
  for (let i = 0; i < 200; i++) {
    const content = `Subject: ${i}\r\n\r\n${i}\r\n`;
    destinations.push((await outbound.enqueue({ to: ['bob@example.test'], content })).destinations);
  }
  for (const queue of [outbound.start(), outbound.start()]) queue.wake(destinations.flat());
  await outbound.until('attempt.delivered', 200);
  const { rows } = await outbound.store.pool.query(
    'select count(*)::integer as copies, count(distinct message_id)::integer as messages from emails',
  );
  assert.deepEqual(rows, [{ copies: 200, messages: 200 }]);
});

test('mail for a domain that has become ours is delivered here', async () => {
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.start();
  const id = await outbound.send({ to: [{ address: 'bob@example.test', domain: 'example.test' }] });
  await outbound.until('attempt.delivered', 1, id);
  assert.deepEqual(await messagesOf(outbound, 1), [id]);
});

/** Takes a domain away from under what waits for it. */
async function removeDomain({ store }: Outbound, name: string): Promise<void> {
  await store.pool.query('delete from domains where name = $1', [name]);
  store.notices.say('directory');
}

test('what an account sent to a domain that is not here any more goes to where the domain is now', async () => {
  await using peer = await startSmtpPeer({ extensions: ['DSN'] });
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  const { store } = outbound;
  const now = store.clock.now();
  const { rows: tenants } = await store.pool.query<{ id: string }>('select id from tenants');
  const tenantId = tenants[0]!.id;
  await insertDomain(store.pool, { name: 'other.test', tenantId, keys: [], now });
  store.notices.say('directory');
  const to = [
    { address: 'x@other.test', domain: '', orcpt: 'rfc822;x@other.test', notify: 'FAILURE' },
    'bob@example.test',
  ];
  const { id, destinations } = await outbound.enqueue({ to });
  await removeDomain(outbound, 'other.test');
  outbound.start().wake(destinations);
  await outbound.until('attempt.delivered', 2, id);
  assert.deepEqual(
    peer.accepted.map(({ recipients }) => recipients),
    [['RCPT TO:<x@other.test> NOTIFY=FAILURE ORCPT=rfc822;x@other.test']],
  );
  assert.deepEqual(await messagesOf(outbound, 1), [id]);
  const { rows } = await store.pool.query(
    `select fields ->> 'site' as site from events
     where message_id = $1 and recipient_id = 1 and type = 'recipient.queued' order by id`,
    [id],
  );
  assert.deepEqual(rows, [{ site: 'local' }, { site: 'other.test' }]);
});

test('mail that came by MX for a domain that is not here any more fails, and no stranger hears of it', async () => {
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  const mail = { accountId: undefined, notifyAuthor: false, reversePath: 'victim@elsewhere.test' };
  const to = [{ address: 'x@other.test', domain: '' }];
  const { id, destinations } = await outbound.enqueue({ ...mail, to });
  outbound.start().wake(destinations);
  await outbound.until('attempt.failed', 1, id);
  assert.deepEqual(statuses(outbound.events), ['5.1.2']);
  await outbound.until('notice.withheld', 1, id);
  assert.deepEqual(outbound.dialled, []);
  assert.equal((await outbound.store.pool.query('select from queue_messages')).rowCount, 0);
});

test('what an alias sends on goes under a reverse-path of its own domain, unless the author is here', async () => {
  await using peer = await startSmtpPeer();
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  outbound.ports.set('192.0.2.1', peer.port);
  await alias(outbound, 'away', 'carol@other.test');
  outbound.start();
  for (const [index, reversePath] of ['eve@strict.test', 'alice@example.test'].entries()) {
    await outbound.send({ to: ['away@example.test'], reversePath });
    await outbound.until('attempt.delivered', 2 * (index + 1));
  }
  const [rewritten, kept] = peer.accepted.map(({ mail }) => mail);
  assert.match(
    rewritten!,
    /^MAIL FROM:<SRS0=[A-Z2-7]{8}=[A-Z2-7]{2}=strict\.test=eve@example\.test>/,
  );
  assert.match(kept!, /^MAIL FROM:<alice@example\.test>/);
});

test('a notice of failure to such a reverse-path goes on to the author, whatever catch-all there is', async () => {
  await using peer = await startSmtpPeer();
  await using outbound = await openOutbound(new ManualClock(), ZONE);
  const { store, directory } = outbound;
  outbound.ports.set('192.0.2.1', peer.port);
  await setAlias(store.pool, {
    localPart: null,
    domain: 'example.test',
    targets: ['bob@example.test'],
    now: store.clock.now(),
  });
  store.notices.say('directory');
  const away = { localPart: 'away', domain: 'example.test' };
  const now = store.clock.now();
  const { address } = await senderOfForward(directory, 'eve@other.test', away, 'x', now);
  outbound.start();
  const forged = address!.replace('=eve@', '=eva@');
  await outbound.send({ to: [address!, forged], reversePath: null });
  await outbound.until('attempt.failed');
  await outbound.until('attempt.delivered', 2);
  assert.deepEqual(
    peer.accepted.map(({ mail, recipients }) => [mail, recipients]),
    [['MAIL FROM:<>', ['RCPT TO:<eve@other.test>']]],
  );
  assert.deepEqual(await messagesOf(outbound, 1), []);
});

describe('a seal of what an alias sends on', () => {
  const CHAINED =
    'ARC-Seal: i=1; a=rsa-sha256; d=other.test; s=s; t=1; cv=none; b=AAAA\r\n' +
    'ARC-Message-Signature: i=1; a=rsa-sha256; d=other.test; s=s; h=from; bh=AAAA; b=AAAA\r\n' +
    'ARC-Authentication-Results: i=1; other.test; none\r\n';

  /** The message waits for an alias that leads elsewhere. */
  async function queued(outbound: Outbound, content?: string): Promise<string> {
    const { store, zone } = outbound;
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const der = privateKey.export({ type: 'pkcs8', format: 'der' });
    const key = {
      selector: 's1',
      algorithm: 'rsa-sha256',
      privateKey: der,
      state: 'active',
    } as const;
    await addDkimKey(store.pool, 'example.test', key, store.clock.now());
    zone.declare('s1._domainkey.example.test', { TXT: dnsRecordFor(publicKey) });
    await alias(outbound, 'away', 'carol@other.test');
    outbound.start();
    return outbound.send({
      to: ['away@example.test'],
      reversePath: 'alice@example.test',
      ...(content !== undefined && { content }),
    });
  }

  function toldOf({ events }: Outbound, id: string): unknown[] {
    return events
      .filter(({ type, ids }) => /^message\.(?:un)?sealed$/.test(type) && ids.messageId === id)
      .map((one) => one.public);
  }

  /** @returns the message as it left, and what was told of its seal */
  async function sentOn(settings: Partial<QueueOptions>, content?: string) {
    await using peer = await startSmtpPeer();
    await using outbound = await openOutbound(new ManualClock(), ZONE, settings);
    outbound.ports.set('192.0.2.1', peer.port);
    const id = await queued(outbound, content);
    await outbound.until('attempt.delivered', 2);
    const mail = peer.accepted[0]!.content;
    const text = latin1(mail);
    const bodyStart = text.indexOf('\r\n\r\n') + 4;
    const report = await verifyChain({
      header: mail.subarray(0, bodyStart),
      body: [mail.subarray(bodyStart)],
      lookup: keyLookup(outbound.zone),
      now: outbound.store.clock.now() / 1000,
    });
    return { text, report, told: toldOf(outbound, id) };
  }

  test('of a message that was written here says that its author had logged in', async () => {
    const { report, told } = await sentOn({ sealsForwards: true });
    assert.equal(report.cv, 'pass');
    const [set] = report.sets;
    assert.equal(set!.domain, 'example.test');
    assert.match(
      set!.results,
      /mail\.example\.test;\s+auth=pass smtp\.mailfrom=alice@example\.test/,
    );
    assert.equal(told.length, 1);
  });

  test('of a message over one chunk holds too', async () => {
    const { report } = await sentOn(
      { sealsForwards: true },
      `From: alice@example.test\r\n\r\n${'a line of text\r\n'.repeat(40_000)}`,
    );
    assert.equal(report.cv, 'pass');
  });

  test('goes on with a chain that is there, and says that it does not hold', async () => {
    const { report, text } = await sentOn(
      { sealsForwards: true },
      `${CHAINED}From: alice@example.test\r\n\r\nHello\r\n`,
    );
    assert.equal(report.cv, 'fail');
    assert.match(text, /^ARC-Seal: i=2;[^:]*cv=fail/m);
  });

  test('is left out where no DNS can be asked for the chain that is there', async () => {
    const settings = { sealsForwards: true, resolver: nowhereResolver };
    await using outbound = await openOutbound(new ManualClock(), ZONE, settings);
    const content = `${CHAINED}From: alice@example.test\r\n\r\nHello\r\n`;
    const id = await queued(outbound, content);
    await outbound.until('message.unsealed');
    assert.deepEqual(toldOf(outbound, id), [{ domain: 'example.test', reason: 'chain-unknown' }]);
  });

  test('is not there where the setting is off', async () => {
    const { text, told } = await sentOn({});
    assert.doesNotMatch(text, /^ARC-/m);
    assert.deepEqual(told, []);
  });
});
