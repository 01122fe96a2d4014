import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificateFor } from '../../../test/support/certificates/self-signed.ts';
import { clientParts, mailOf, openTo, sessionTo } from '../../../test/support/smtp/client.ts';
import {
  HANG_UP,
  SILENCE,
  startSmtpPeer,
  type PeerScript,
} from '../../../test/support/smtp/scripted-peer.ts';
import type { SmtpClientLimits } from './limits.ts';
import { openSession, type OpenResult } from './open-session.ts';
import type { SmtpPeer, TlsPolicy } from './peer.ts';

const certificate = await certificateFor('mx.peer.test');
const ca = [certificate.cert];
const OFFERED: PeerScript = { extensions: ['STARTTLS', 'PIPELINING'], certificate };
const MAIL = mailOf('Subject: hello\r\n\r\nhello\r\n');

/** The reason for which TLS was not good enough. */
function tlsReason(result: OpenResult): string | undefined {
  assert.ok(result.kind === 'not-open', 'a session opened');
  assert.equal(result.outcome.kind, 'deferred');
  assert.equal(result.outcome.stage, 'tls');
  return result.outcome.cause.kind === 'tls' ? result.outcome.cause.reason : undefined;
}

async function open(
  script: PeerScript,
  tls: TlsPolicy,
  more: Partial<SmtpPeer> = {},
  limits: Partial<SmtpClientLimits> = {},
) {
  await using peer = await startSmtpPeer(script);
  const result = await openTo(peer.port, { tls, ...more }, limits);
  if (result.kind === 'open') await result.session.quit();
  return { result, commands: [...peer.commands], connections: peer.connections };
}

test('opportunistic: an unproven certificate will do, is told as a fact, and EHLO is said again', async () => {
  await using peer = await startSmtpPeer(OFFERED);
  await using session = await sessionTo(peer.port, { tls: 'opportunistic' });
  assert.equal(session.tls?.version, 'TLSv1.3');
  assert.match(session.tls.cipher, /^TLS_/);
  assert.equal(session.tls.peer.kind, 'unverified');
  assert.ok(session.dialogue.some((entry) => entry.kind === 'tls'));
  assert.deepEqual(peer.commands, ['EHLO client.test', 'STARTTLS', 'EHLO client.test']);
  const { outcomes } = await session.deliver(MAIL);
  assert.equal(outcomes[0]!.kind, 'delivered');
  assert.equal(peer.accepted.length, 1);
});

test('opportunistic: a certificate that is good is told so', async () => {
  await using peer = await startSmtpPeer(OFFERED);
  await using session = await sessionTo(peer.port, { tls: 'opportunistic', ca });
  assert.deepEqual(session.tls?.peer, { kind: 'verified', name: 'mx.peer.test' });
});

test('opportunistic: where STARTTLS is not offered or refused, the mail goes in clear on the same connection', async () => {
  for (const script of [
    {},
    { ...OFFERED, answers: { STARTTLS: '454 4.7.0 not now' } },
    { ...OFFERED, answers: { STARTTLS: '502 5.5.1 no' } },
  ] satisfies PeerScript[]) {
    const { result, connections } = await open(script, 'opportunistic');
    assert.ok(result.kind === 'open');
    assert.equal(result.session.tls, undefined);
    assert.equal(connections, 1);
  }
});

test('opportunistic: where the handshake fails, a new connection goes on in clear, and the record says so', async () => {
  await using peer = await startSmtpPeer({ ...OFFERED, breakTls: true });
  await using session = await sessionTo(peer.port, { tls: 'opportunistic' });
  assert.equal(session.tls, undefined);
  assert.equal(peer.connections, 2);
  const notes = session.dialogue.flatMap((entry) => (entry.kind === 'note' ? [entry.text] : []));
  assert.ok(notes.some((text) => text.startsWith('TLS handshake failed')));
  assert.ok(notes.some((text) => text.includes('in clear')));
  assert.equal((await session.deliver(MAIL)).outcomes[0]!.kind, 'delivered');
});

test('octets in clear after the reply to STARTTLS are believed by nobody', async () => {
  const injected: PeerScript = {
    ...OFFERED,
    answers: { STARTTLS: { raw: '220 go\r\n250-mx.peer.test\r\n250 AUTH PLAIN\r\n' } },
  };
  assert.equal(tlsReason((await open(injected, 'verified', { ca })).result), 'injected');
  assert.equal(tlsReason((await open(injected, 'required')).result), 'injected');
  const { result, connections } = await open(injected, 'opportunistic');
  assert.ok(result.kind === 'open');
  assert.equal(result.session.tls, undefined);
  assert.equal(result.session.offer.auth, undefined);
  assert.equal(connections, 2);
});

test('required: an unproven certificate will do; no STARTTLS, a refusal or a broken handshake will not', async () => {
  const encrypted = await open(OFFERED, 'required');
  assert.ok(encrypted.result.kind === 'open');
  assert.equal(encrypted.result.session.tls?.peer.kind, 'unverified');
  const missing = await open({}, 'required');
  assert.equal(tlsReason(missing.result), 'not-offered');
  assert.deepEqual(missing.commands, ['EHLO client.test']);
  const broken = await open({ ...OFFERED, breakTls: true }, 'required');
  assert.equal(tlsReason(broken.result), 'handshake');
  assert.equal(broken.connections, 1);
  const { result } = await open({ ...OFFERED, answers: { STARTTLS: '554 5.7.3 no' } }, 'required');
  assert.ok(result.kind === 'not-open' && result.outcome.kind === 'deferred');
  assert.equal(result.outcome.stage, 'tls');
  assert.equal(result.outcome.status, '4.7.4');
});

test('verified: only a certificate for the name, from a trusted root, and nothing is said to another peer', async () => {
  const good = await open(OFFERED, 'verified', { ca });
  assert.ok(good.result.kind === 'open');
  assert.deepEqual(good.result.session.tls?.peer, { kind: 'verified', name: 'mx.peer.test' });
  for (const more of [{}, { ca, serverName: 'other.peer.test' }]) {
    const { result, commands, connections } = await open(OFFERED, 'verified', more);
    assert.equal(tlsReason(result), 'unverified');
    assert.deepEqual(commands, ['EHLO client.test', 'STARTTLS']);
    assert.equal(connections, 1);
  }
  assert.equal(tlsReason((await open({}, 'verified', { ca })).result), 'not-offered');
});

test('implicit: TLS from the first octet, verified unless the policy says otherwise', async () => {
  const script: PeerScript = { certificate, implicitTls: true };
  const good = await open(script, 'implicit', { ca });
  assert.ok(good.result.kind === 'open');
  assert.deepEqual(good.commands, ['EHLO client.test', 'QUIT']);
  assert.equal(tlsReason((await open(script, 'implicit')).result), 'unverified');
  const unverified = await open(script, 'implicit-unverified');
  assert.ok(unverified.result.kind === 'open');
  assert.equal(tlsReason((await open({}, 'implicit-unverified')).result), 'handshake');
});

test('a peer that hangs up or goes silent in the midst of STARTTLS defers', async () => {
  for (const [reaction, reason] of [
    [HANG_UP, 'lost'],
    [SILENCE, 'timed-out'],
  ] as const) {
    const parts = clientParts();
    const limits = { ...parts.limits };
    const EHLO = (): undefined => {
      // the replies before have all the time that they need
      if (reaction === SILENCE) limits.helloMs = 30;
    };
    await using peer = await startSmtpPeer({ ...OFFERED, answers: { EHLO, STARTTLS: reaction } });
    const to = { address: '127.0.0.1', port: peer.port, serverName: 'mx.peer.test' };
    const result = await openSession(
      { ...to, heloName: 'client.test', tls: 'required' },
      { ...parts, limits },
    );
    assert.ok(result.kind === 'not-open');
    assert.equal(result.outcome.stage, 'tls');
    assert.equal(result.outcome.status, '4.4.2');
    assert.equal(result.outcome.cause.kind === 'network' && result.outcome.cause.reason, reason);
  }
});

test('a handshake that never ends is given up', async () => {
  const { result } = await open(
    { answers: { GREETING: SILENCE } },
    'implicit-unverified',
    {},
    { tlsMs: 50 },
  );
  assert.equal(tlsReason(result), 'handshake');
});
