import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { Pkcs10CertificateRequest, SubjectAlternativeNameExtension } from '@peculiar/x509';
import { certificateFor } from '../../../test/support/certificates/self-signed.ts';
import { EXAMPLE_CERTIFICATE } from '../../../test/support/certificates/rfc9773.ts';
import {
  certificateRequest,
  challengeCertificate,
  keyTypeOf,
  newPrivateKey,
  privateKeyPem,
  readChain,
  readPair,
  renewalIdentifier,
} from './x509.ts';

for (const type of ['ecdsa', 'rsa'] as const) {
  test(`a request by an ${type} key names what is wanted and is signed by it`, async () => {
    const key = await newPrivateKey(type);
    assert.equal(keyTypeOf(key), type);
    const request = new Pkcs10CertificateRequest(
      await certificateRequest(['a.test', '*.b.test'], key),
    );
    assert.ok(await request.verify());
    const { rawData } = request.getExtension('2.5.29.17')!;
    assert.deepEqual(new SubjectAlternativeNameExtension(rawData).names.toJSON(), [
      { type: 'dns', value: 'a.test' },
      { type: 'dns', value: '*.b.test' },
    ]);
  });
}

test('the certificate of a challenge carries the digest, critical, and is for that name alone', async () => {
  const { cert, key } = await challengeCertificate('a.test', 'token.thumbprint', Date.now());
  const own = new X509Certificate(cert);
  assert.equal(own.subjectAltName, 'DNS:a.test');
  const digest = createHash('sha256').update('token.thumbprint').digest('hex');
  // RFC 8737 §3: OID 1.3.6.1.5.5.7.1.31, critical, an OCTET STRING in an OCTET STRING
  assert.ok(own.raw.toString('hex').includes(`06082b0601050507011f0101ff04220420${digest}`));
  assert.match(key, /BEGIN PRIVATE KEY/);
});

test('renewal information asks by key identifier and serial number (RFC 9773 §4.1)', async () => {
  assert.equal(await renewalIdentifier(EXAMPLE_CERTIFICATE), 'aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE');
});

test('a chain says what it is for, and whether a key is its own', async () => {
  const { cert, key } = await certificateFor('a.test');
  const facts = readChain(cert);
  assert.deepEqual(facts.names, ['a.test']);
  assert.equal(facts.issuer, 'a.test');
  assert.equal(readPair(cert, key).kind, 'pair');
  const other = privateKeyPem(await newPrivateKey('ecdsa'));
  assert.match((readPair(cert, other) as { reason: string }).reason, /not that of the first/);
  assert.equal(readPair('nothing', key).kind, 'unusable');
  assert.equal(readPair(cert, 'nothing').kind, 'unusable');
});
