import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base64, decodeBase64, latin1, utf8 } from '#bytes';
import { certificateFor } from '../../../test/support/certificates/self-signed.ts';
import { openTo } from '../../../test/support/smtp/client.ts';
import { startSmtpPeer, type PeerScript } from '../../../test/support/smtp/scripted-peer.ts';
import type { SmtpPeer } from './peer.ts';

const credentials = { username: 'alice', password: 'wonder land' };
const certificate = await certificateFor('smart.peer.test');

function offering(mechanisms: string, answers: PeerScript['answers']): PeerScript {
  return {
    extensions: [`AUTH ${mechanisms}`],
    certificate,
    implicitTls: true,
    ...(answers && { answers }),
  };
}

async function attempt(script: PeerScript, peer: Partial<SmtpPeer> = {}) {
  await using server = await startSmtpPeer(script);
  const result = await openTo(server.port, { tls: 'implicit-unverified', credentials, ...peer });
  if (result.kind === 'open') await result.session.quit();
  else await server.idle();
  return { result, commands: [...server.commands] };
}

const plainToken = base64(utf8('\0alice\0wonder land'));

test('PLAIN goes in one line, and no secret is in the record', async () => {
  const { result, commands } = await attempt(
    offering('PLAIN LOGIN', { AUTH: '235 2.7.0 welcome' }),
  );
  assert.ok(result.kind === 'open');
  assert.equal(commands[1], `AUTH PLAIN ${plainToken}`);
  const record = JSON.stringify(result.session.dialogue);
  assert.ok(record.includes('AUTH PLAIN <secret>'));
  assert.ok(!record.includes(plainToken));
});

test('LOGIN answers name and password when asked, hidden in the record', async () => {
  const { result, commands } = await attempt(
    offering('LOGIN', {
      AUTH: '334 VXNlcm5hbWU6',
      'AUTH-LINE': (_, times) => (times === 1 ? '334 UGFzc3dvcmQ6' : '235 2.7.0 welcome'),
    }),
  );
  assert.ok(result.kind === 'open');
  assert.deepEqual(commands.slice(1, 4), [
    'AUTH LOGIN',
    base64(utf8('alice')),
    base64(utf8('wonder land')),
  ]);
  const record = JSON.stringify(result.session.dialogue);
  for (const secret of [base64(utf8('alice')), base64(utf8('wonder land')), 'VXNlcm5hbWU6']) {
    assert.ok(!record.includes(secret));
  }
});

test("a refusal is deferred whatever its code: the fault is not the mail's", async () => {
  for (const [reply, status] of [
    ['535 5.7.8 bad credentials', '4.7.8'],
    ['454 4.7.0 try later', '4.7.0'],
    ['550 5.7.1 no', '4.7.8'],
  ] as const) {
    const { result } = await attempt(offering('PLAIN', { AUTH: reply }));
    assert.ok(result.kind === 'not-open');
    assert.equal(result.outcome.kind, 'deferred');
    assert.equal(result.outcome.stage, 'auth');
    assert.equal(result.outcome.status, status);
    assert.equal(result.outcome.cause.kind, 'reply');
  }
});

test('in clear no password is sent, unless that is allowed by name', async () => {
  const script: PeerScript = { extensions: ['AUTH PLAIN'], answers: { AUTH: '235 2.7.0 ok' } };
  for (const tls of ['none', 'opportunistic'] as const) {
    const { result, commands } = await attempt(script, { tls });
    assert.ok(result.kind === 'not-open');
    assert.equal(result.outcome.cause.kind === 'auth' && result.outcome.cause.reason, 'needs-tls');
    assert.ok(!commands.some((line) => line.startsWith('AUTH')));
  }
  const allowed = await attempt(script, { tls: 'none', allowClearAuth: true });
  assert.equal(allowed.result.kind, 'open');
});

test('no AUTH, or no mechanism in common, is told as such', async () => {
  for (const [extensions, reason] of [
    [[], 'not-offered'],
    [['AUTH GSSAPI NTLM'], 'no-common-mechanism'],
  ] as const) {
    const { result } = await attempt({ extensions, certificate, implicitTls: true });
    assert.ok(result.kind === 'not-open');
    assert.equal(result.outcome.cause.kind === 'auth' && result.outcome.cause.reason, reason);
  }
});

test('a peer that claims success before it has proved itself is not believed (SCRAM)', async () => {
  const { result } = await attempt(offering('SCRAM-SHA-256', { AUTH: '235 2.7.0 sure' }));
  assert.ok(result.kind === 'not-open');
  assert.equal(
    result.outcome.cause.kind === 'auth' && result.outcome.cause.reason,
    'mechanism-failed',
  );
});

test('a peer that cannot prove itself is cancelled with "*" (SCRAM)', async () => {
  let nonce = '';
  const { result, commands } = await attempt(
    offering('SCRAM-SHA-256', {
      AUTH: (line) => {
        const first = latin1(decodeBase64(line.split(' ')[2]!)!);
        nonce = /r=(.*)$/.exec(first)![1]!;
        return `334 ${base64(utf8(`r=${nonce}more,s=${base64(utf8('salt'))},i=4096`))}`;
      },
      'AUTH-LINE': (line) => (line === '*' ? '501 cancelled' : `334 ${base64(utf8('v=AAAA'))}`),
    }),
  );
  assert.ok(result.kind === 'not-open');
  assert.equal(
    result.outcome.cause.kind === 'auth' && result.outcome.cause.reason,
    'mechanism-failed',
  );
  assert.ok(commands.includes('*'));
});

test('a challenge that is not base64, and endless challenges, end the exchange', async () => {
  for (const challenge of ['334 ***', '334 AAAA']) {
    const { result } = await attempt(
      offering('PLAIN', { AUTH: challenge, 'AUTH-LINE': challenge }),
    );
    assert.ok(result.kind === 'not-open');
    assert.equal(
      result.outcome.cause.kind === 'auth' && result.outcome.cause.reason,
      'mechanism-failed',
    );
  }
});
