import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { usableTlsa } from '#protocol/dane/tlsa';
import {
  issue,
  issueExpired,
  rootAuthority,
  tlsaOf,
  withUnknownKey,
  type Authority,
} from '../../../test/support/certificates/authority.ts';
import type { TestCertificate } from '../../../test/support/certificates/self-signed.ts';
import { openTo } from '../../../test/support/smtp/client.ts';
import { startSmtpPeer } from '../../../test/support/smtp/scripted-peer.ts';

let root: Authority;
let host: TestCertificate;

before(async () => {
  root = await rootAuthority('Root');
  const { cert, key } = await issue(root, { names: ['mx.peer.test'] });
  host = { cert: cert + root.cert, key };
});

async function judged(
  certificate: TestCertificate,
  records: Parameters<typeof usableTlsa>[0],
  names: readonly string[] = ['mx.peer.test'],
): Promise<string> {
  const extensions = ['STARTTLS', 'PIPELINING'];
  await using peer = await startSmtpPeer({ extensions, certificate });
  const dane = { records: usableTlsa(records), names };
  const result = await openTo(peer.port, { tls: 'required', dane });
  if (result.kind === 'open') {
    await result.session.quit();
    const facts = result.session.tls!.peer;
    return facts.kind === 'verified' ? `verified by ${facts.tlsa}` : facts.kind;
  }
  const { cause } = result.outcome;
  return cause.kind === 'tls' ? `${cause.reason}: ${cause.detail}` : cause.kind;
}

test('the certificate that the peer presents is held against its TLSA records', async () => {
  assert.equal(await judged(host, [tlsaOf(host.cert, 3, 1, 1)]), 'verified by 3 1 1');
  assert.equal(await judged(host, [tlsaOf(root.cert, 3, 1, 1)]), 'tlsa: no-match');
});

test('the chain that the peer presents leads to a trust anchor that no root list knows', async () => {
  assert.equal(await judged(host, [tlsaOf(root.cert, 2, 0, 1)]), 'verified by 2 0 1');
  assert.equal(await judged(host, [tlsaOf(root.cert, 2, 0, 1)], ['a.test']), 'tlsa: name-mismatch');
});

test('a self-signed certificate that expired is as good as its record says', async () => {
  const expired = await issueExpired(root, 'elsewhere.test');
  assert.equal(await judged(expired, [tlsaOf(expired.cert, 3, 1, 2)]), 'verified by 3 1 2');
});

test('a certificate whose key cannot be read fails the handshake and nothing else', async () => {
  const { cert, key } = await issue(root, { names: ['mx.peer.test'] });
  const unknown = withUnknownKey(root.cert);
  // else its own side would not take it
  const hostile = { cert: cert + unknown, key, ciphers: 'DEFAULT@SECLEVEL=0' };
  assert.equal(await judged(hostile, [tlsaOf(root.cert, 2, 1, 1)]), 'tlsa: chain-broken');
  assert.equal(await judged(hostile, [tlsaOf(unknown, 2, 0, 1)]), 'tlsa: chain-broken');
});

test('a peer without REQUIRETLS is left where it is asked for', async () => {
  await using bare = await startSmtpPeer({ extensions: ['STARTTLS'], certificate: host });
  const refused = await openTo(bare.port, { tls: 'required', requireTls: true });
  assert.ok(refused.kind === 'not-open' && refused.outcome.kind === 'failed');
  assert.equal(refused.outcome.status, '5.7.30');
  await using able = await startSmtpPeer({
    extensions: ['STARTTLS', 'REQUIRETLS'],
    certificate: host,
  });
  const taken = await openTo(able.port, { tls: 'required', requireTls: true });
  assert.ok(taken.kind === 'open');
  await taken.session.quit();
});
