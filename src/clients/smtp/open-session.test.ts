import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatEntry } from '#protocol/smtp/dialogue';
import { freePort } from '../../../test/support/machine/loopback-port.ts';
import { clientParts, openTo, sessionTo } from '../../../test/support/smtp/client.ts';
import {
  HANG_UP,
  SILENCE,
  startSmtpPeer,
  type Moment,
  type Reaction,
} from '../../../test/support/smtp/scripted-peer.ts';
import { openSession } from './open-session.ts';

async function outcomeOf(moment: Moment, reaction: Reaction, limits = {}) {
  await using peer = await startSmtpPeer({ answers: { [moment]: reaction } });
  const result = await openTo(peer.port, {}, limits);
  assert.ok(result.kind === 'not-open');
  await peer.idle();
  return result.outcome;
}

test('a session opens with EHLO and knows what the peer offers', async () => {
  await using peer = await startSmtpPeer({
    extensions: ['PIPELINING', 'SIZE 1000', 'LIMITS RCPTMAX=3'],
  });
  await using session = await sessionTo(peer.port);
  assert.equal(session.offer.pipelining, true);
  assert.equal(session.offer.size, 1000);
  assert.equal(session.offer.limits?.rcptMax, 3);
  assert.equal(session.reusable, true);
  assert.equal(session.tls, undefined);
  assert.deepEqual(peer.commands, ['EHLO client.test']);
});

test('the opening is recorded line by line, beginning with the connection', async () => {
  await using peer = await startSmtpPeer({ extensions: ['PIPELINING'] });
  await using session = await sessionTo(peer.port);
  assert.deepEqual(
    session.dialogue.map((entry) => formatEntry(entry, 'client')),
    [
      `-- connected to 127.0.0.1 port ${peer.port} from 127.0.0.1`,
      'S: 220 mx.peer.test ESMTP',
      'C: EHLO client.test',
      'S: 250-mx.peer.test',
      'S: 250 PIPELINING',
    ],
  );
});

test('a peer that does not know EHLO is greeted with HELO, and nothing is taken for offered', async () => {
  for (const refusal of ['500 what?', '502 5.5.1 not implemented', '550 no']) {
    await using peer = await startSmtpPeer({ answers: { EHLO: refusal } });
    await using session = await sessionTo(peer.port);
    assert.deepEqual(peer.commands, ['EHLO client.test', 'HELO client.test']);
    assert.deepEqual(session.offer, {});
  }
});

test('where nobody listens, everything is deferred with 4.4.1', async () => {
  const result = await openTo(await freePort());
  assert.ok(result.kind === 'not-open');
  assert.deepEqual(result.outcome, {
    kind: 'deferred',
    stage: 'connect',
    status: '4.4.1',
    cause: { kind: 'network', reason: 'refused', detail: 'ECONNREFUSED' },
  });
  assert.match(formatEntry(result.dialogue[0]!, 'client'), /^-- cannot connect .*ECONNREFUSED$/);
});

test('a source address that is not ours is a fault of ours, not of the peer', async () => {
  const result = await openTo(await freePort(), { localAddress: '192.0.2.1' });
  assert.ok(result.kind === 'not-open');
  assert.equal(result.outcome.status, '4.3.5');
  assert.deepEqual(result.outcome.cause, {
    kind: 'network',
    reason: 'local-address',
    detail: 'EADDRNOTAVAIL',
  });
});

test('the greeting decides: 4yz and 421 defer, 5yz fails, with QUIT where the peer still listens', async () => {
  assert.deepEqual(await outcomeOf('GREETING', '421 4.3.2 not now'), {
    kind: 'deferred',
    stage: 'greeting',
    status: '4.3.2',
    cause: { kind: 'reply', reply: { code: 421, enhanced: '4.3.2', lines: ['not now'] } },
  });
  await using peer = await startSmtpPeer({ answers: { GREETING: '554 no service' } });
  const result = await openTo(peer.port);
  assert.ok(result.kind === 'not-open');
  assert.equal(result.outcome.kind, 'failed');
  assert.equal(result.outcome.stage, 'greeting');
  assert.equal(result.outcome.status, '5.0.0');
  await peer.idle();
  assert.deepEqual(peer.commands, ['QUIT']);
});

test('EHLO refused for now defers; HELO refused for good fails', async () => {
  const later = await outcomeOf('EHLO', '451 4.7.1 later');
  assert.equal(later.kind, 'deferred');
  assert.equal(later.stage, 'ehlo');
  assert.equal(later.status, '4.7.1');
  await using peer = await startSmtpPeer({ answers: { EHLO: '550 no', HELO: '550 5.7.1 no' } });
  const result = await openTo(peer.port);
  assert.ok(result.kind === 'not-open');
  assert.equal(result.outcome.kind, 'failed');
  assert.equal(result.outcome.status, '5.7.1');
});

test('a peer that hangs up, or stays silent, defers with 4.4.2', async () => {
  for (const [moment, stage, limits] of [
    ['GREETING', 'greeting', { greetingMs: 30 }],
    ['EHLO', 'ehlo', { helloMs: 30 }],
  ] as const) {
    const gone = await outcomeOf(moment, HANG_UP);
    assert.equal(gone.stage, stage);
    assert.equal(gone.status, '4.4.2');
    assert.equal(gone.cause.kind === 'network' && gone.cause.reason, 'lost');
    const silent = await outcomeOf(moment, SILENCE, limits);
    assert.equal(silent.stage, stage);
    assert.equal(silent.status, '4.4.2');
    assert.equal(silent.cause.kind === 'network' && silent.cause.reason, 'timed-out');
  }
});

test('garbage, endless lines, endless replies and 3yz defer: this is no SMTP server', async () => {
  const cases: readonly (readonly [Reaction, string])[] = [
    ['SSH-2.0-OpenSSH_9.2', 'no-reply-code'],
    [{ raw: 'x'.repeat(10_000) }, 'line-too-long'],
    [{ raw: '220-x\r\n'.repeat(1000) }, 'too-many-lines'],
    ['354 go ahead', 'unexpected-reply'],
    [{ raw: '220-a\r\n250 b\r\n' }, 'codes-differ'],
  ];
  for (const [reaction, reason] of cases) {
    const outcome = await outcomeOf('GREETING', reaction);
    assert.equal(outcome.kind, 'deferred');
    assert.equal(outcome.status, '4.5.0');
    assert.equal(outcome.cause.kind === 'not-smtp' && outcome.cause.reason, reason);
  }
});

test('a peer that talks without end is cut off at the allowance of reply octets', async () => {
  const long = `250-${'x'.repeat(500)}\r\n`.repeat(100);
  await using peer = await startSmtpPeer({ answers: { EHLO: { raw: long } } });
  const result = await openTo(peer.port, {}, { replyOctets: 5000 });
  assert.ok(result.kind === 'not-open');
  assert.equal(result.outcome.kind, 'deferred');
  const { cause } = result.outcome;
  assert.equal(cause.kind === 'not-smtp' && cause.reason, 'too-much');
});

test('replies that nobody asked for are never taken as the answer to a later command', async () => {
  const outcome = await outcomeOf('GREETING', { raw: '220 hello\r\n250 mx.peer.test\r\n' });
  assert.equal(outcome.stage, 'ehlo');
  assert.deepEqual(outcome.cause, {
    kind: 'not-smtp',
    reason: 'unexpected-reply',
    line: '250 mx.peer.test',
  });
});

test('an attempt that is called off ends at once', async () => {
  await using peer = await startSmtpPeer({ answers: { GREETING: SILENCE } });
  const controller = new AbortController();
  const opening = openSession(
    {
      address: '127.0.0.1',
      port: peer.port,
      serverName: 'mx.peer.test',
      heloName: 'client.test',
      tls: 'none',
    },
    clientParts(),
    controller.signal,
  );
  controller.abort();
  const result = await opening;
  assert.ok(result.kind === 'not-open');
  assert.equal(result.outcome.kind, 'deferred');
  assert.equal(result.outcome.cause.kind === 'network' && result.outcome.cause.reason, 'aborted');
});

test('QUIT ends a session, and nothing can be delivered after it', async () => {
  await using peer = await startSmtpPeer();
  const session = await sessionTo(peer.port);
  await session.quit();
  assert.equal(session.reusable, false);
  await peer.idle();
  assert.deepEqual(peer.commands, ['EHLO client.test', 'QUIT']);
});
