import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { before, test } from 'node:test';
import fc from 'fast-check';
import type { TlsaData } from '#protocol/dns/resolver';
import {
  issue,
  issueExpired,
  rootAuthority,
  tlsaOf,
  withUnknownKey,
  type Authority,
} from '../../../test/support/certificates/authority.ts';
import { certificateExtensions } from './certificate-extensions.ts';
import { formatTlsa, tlsaName, usableTlsa } from './tlsa.ts';
import { verifyDane } from './verify-chain.ts';

let root: Authority;
let between: Authority;
let host: string;
let other: string;

before(async () => {
  root = await rootAuthority('Root');
  between = {
    name: 'Between',
    ...(await issue(root, { names: ['Between'], authority: { pathLength: 0 } })),
  };
  host = (await issue(between, { names: ['mx.example.test', '*.wild.test'] })).cert;
  other = (await issue(root, { names: ['other.test'] })).cert;
});

function judge(
  pems: readonly string[],
  records: readonly TlsaData[],
  names: readonly string[] = ['mx.example.test'],
  now = Date.now(),
): string {
  const chain = pems.map((pem) => new X509Certificate(pem));
  const verdict = verifyDane({ chain, records: usableTlsa(records), names, now });
  return verdict.kind === 'verified' ? 'verified' : verdict.reason;
}

test('DANE-EE matches by certificate and key, whole and by both digests', () => {
  for (const selector of [0, 1])
    for (const matchingType of [0, 1, 2]) {
      assert.equal(judge([host], [tlsaOf(host, 3, selector, matchingType)]), 'verified');
      assert.equal(judge([host], [tlsaOf(other, 3, selector, matchingType)]), 'no-match');
    }
});

test('DANE-EE looks at no name and no date', async () => {
  const expired = (await issueExpired(root, 'mx.example.test')).cert;
  assert.equal(judge([expired], [tlsaOf(expired, 3, 1, 1)], ['elsewhere.test']), 'verified');
});

test('DANE-EE is about the certificate of the host, not about one above it', () => {
  assert.equal(judge([host, between.cert], [tlsaOf(between.cert, 3, 1, 1)]), 'no-match');
});

test('in a roll-over any record that matches is enough', () => {
  const old = tlsaOf(other, 3, 1, 1);
  const current = tlsaOf(host, 3, 1, 1);
  assert.equal(judge([host], [old, current]), 'verified');
  assert.equal(judge([other], [old, current]), 'verified');
  assert.equal(judge([host], [tlsaOf(root.cert, 2, 1, 1), current]), 'verified');
});

test('DANE-TA follows the chain to its anchor, at any height', () => {
  const chain = [host, between.cert, root.cert];
  for (const selector of [0, 1])
    for (const matchingType of [0, 1, 2]) {
      assert.equal(judge(chain, [tlsaOf(root.cert, 2, selector, matchingType)]), 'verified');
      assert.equal(judge(chain, [tlsaOf(between.cert, 2, selector, matchingType)]), 'verified');
    }
});

test('a trust anchor that the record holds whole need not be sent', () => {
  const chain = [host, between.cert];
  assert.equal(judge(chain, [tlsaOf(root.cert, 2, 0, 0)]), 'verified');
  assert.equal(judge(chain, [tlsaOf(root.cert, 2, 1, 0)]), 'verified');
  assert.equal(judge(chain, [tlsaOf(root.cert, 2, 0, 1)]), 'no-match');
  assert.equal(judge([host], [tlsaOf(root.cert, 2, 0, 0)]), 'no-match');
});

test('DANE-TA wants one of the names, and takes a wildcard for one label', () => {
  const chain = [host, between.cert, root.cert];
  const records = [tlsaOf(root.cert, 2, 0, 1)];
  assert.equal(judge(chain, records, ['mx.elsewhere.test']), 'name-mismatch');
  assert.equal(judge(chain, records, ['elsewhere.test', 'mx.example.test']), 'verified');
  assert.equal(judge(chain, records, ['a.wild.test']), 'verified');
  assert.equal(judge(chain, records, ['a.b.wild.test']), 'name-mismatch');
});

test('DANE-TA wants every certificate below the anchor in its time', async () => {
  const expired = (await issueExpired(root, 'mx.example.test')).cert;
  assert.equal(judge([expired, root.cert], [tlsaOf(root.cert, 2, 0, 1)]), 'expired');
});

test('a chain whose links do not hold is none', async () => {
  const stranger = await rootAuthority('Root');
  // the same name, another key
  assert.equal(judge([other, stranger.cert], [tlsaOf(stranger.cert, 2, 0, 1)]), 'chain-broken');
  const leaf = await issue(root, { names: ['ee.test'] });
  const below = await issue({ name: 'ee.test', ...leaf }, { names: ['mx.example.test'] });
  // a host's certificate issues nothing
  const records = [tlsaOf(root.cert, 2, 0, 1)];
  assert.equal(judge([below.cert, leaf.cert, root.cert], records), 'chain-broken');
});

test('a certificate that cannot be read breaks the chain and keeps no other record from matching', () => {
  const chain = [host, withUnknownKey(between.cert)];
  for (const record of [tlsaOf(root.cert, 2, 1, 1), tlsaOf(chain[1]!, 2, 0, 1)]) {
    assert.equal(judge(chain, [record]), 'chain-broken');
    assert.equal(judge(chain, [record, tlsaOf(host, 3, 1, 1)]), 'verified');
  }
});

test('the bound on the length of a chain is kept', async () => {
  const tooFar: Authority = {
    name: 'Far',
    ...(await issue(between, { names: ['Far'], authority: true })),
  };
  const far = (await issue(tooFar, { names: ['mx.example.test'] })).cert;
  const chain = [far, tooFar.cert, between.cert, root.cert];
  assert.equal(judge(chain, [tlsaOf(root.cert, 2, 0, 1)]), 'chain-broken');
  assert.equal(judge(chain.slice(0, 2), [tlsaOf(tooFar.cert, 2, 0, 1)]), 'verified');
});

test('a certificate for clients is none for a host', async () => {
  const client = (await issue(root, { names: ['mx.example.test'], forClients: true })).cert;
  assert.equal(judge([client, root.cert], [tlsaOf(root.cert, 2, 0, 1)]), 'wrong-purpose');
});

test('what cannot be used is left out: usages of public roots, unknown numbers, digests of another length', () => {
  const good = tlsaOf(host, 3, 1, 1);
  const bad = [
    { ...good, usage: 0 },
    { ...good, usage: 1 },
    { ...good, usage: 4 },
    { ...good, selector: 2 },
    { ...good, matchingType: 3 },
    { ...good, matchingType: 2 },
    { ...good, certificate: good.certificate.subarray(1) },
    { ...good, matchingType: 0, certificate: new Uint8Array(0) },
    { ...good, certificate: new Uint8Array(33) },
    { ...good, matchingType: 2, certificate: new Uint8Array(65) },
  ];
  assert.deepEqual(usableTlsa(bad), []);
  assert.equal(usableTlsa([...bad, good]).length, 1);
});

test('of two digests of one kind the stronger one counts (RFC 7671 §9)', () => {
  const records = [tlsaOf(host, 3, 1, 1), tlsaOf(other, 3, 1, 2)];
  assert.equal(judge([host], records), 'no-match');
  assert.equal(judge([other], records), 'verified');
  assert.equal(judge([host], [tlsaOf(host, 3, 0, 1), tlsaOf(other, 3, 1, 2)]), 'verified');
});

test('records are written as in a zone file', () => {
  const record = { usage: 3, selector: 1, matchingType: 1, certificate: Uint8Array.of(1, 0xab) };
  assert.equal(formatTlsa(record), '3 1 1 01ab');
  assert.equal(tlsaName(25, 'mx.example.test'), '_25._tcp.mx.example.test');
});

test('extensions are read from any octets without a throw', () => {
  const der = new X509Certificate(between.cert).raw;
  assert.deepEqual(certificateExtensions(der), {
    pathLength: 0,
    signsCertificates: true,
    unknownCritical: false,
  });
  fc.assert(
    fc.property(fc.nat(der.length - 1), fc.nat(255), fc.nat(der.length), (at, octet, length) => {
      const changed = Uint8Array.from(der);
      changed[at] = octet;
      certificateExtensions(changed);
      certificateExtensions(changed.subarray(0, length));
    }),
  );
});
