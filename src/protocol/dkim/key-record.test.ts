import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { dnsRecordFor, formatKeyRecord, type KeyRecord, parseKeyRecord } from './key-record.ts';

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const bytes = fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.from(octets));
const record: fc.Arbitrary<KeyRecord> = fc.record(
  {
    keyType: word,
    publicKey: bytes,
    hashAlgorithms: fc.array(word, { minLength: 1, maxLength: 3 }),
    services: fc.array(word, { minLength: 1, maxLength: 3 }),
    flags: fc.array(word, { maxLength: 3 }),
    notes: bytes,
  },
  { requiredKeys: ['keyType', 'publicKey', 'services', 'flags'], noNullPrototype: true },
);

describe('key records', () => {
  test('parse(format(record)) = record', () => {
    fc.assert(
      fc.property(record, (value) => {
        const parsed = parseKeyRecord(formatKeyRecord(value));
        assert.deepEqual(parsed && { ...parsed, publicKey: Buffer.from(parsed.publicKey) }, value);
      }),
    );
  });

  test('defaults: rsa, any service, no flags, any hash', () => {
    assert.deepEqual(parseKeyRecord('p=YQ=='), {
      keyType: 'rsa',
      publicKey: Buffer.from('a'),
      services: ['*'],
      flags: [],
    });
  });

  test('an empty p= is a revoked key, not a malformed one', () => {
    assert.equal(parseKeyRecord('v=DKIM1; p=')?.publicKey.length, 0);
  });

  test('what is no key record is refused', () => {
    for (const text of [
      '',
      'v=spf1 -all',
      'v=DKIM1',
      'v=DKIM2; p=YQ==',
      'p=YQ==; v=DKIM1',
      'v=DKIM1; p=%',
      'v=dkim1; p=YQ==',
      'v=DKIM1; p=YQ==; p=YQ==',
      'v=DKIM1; p=YQ==;; k=rsa',
      'v=DKIM1; p=YQ',
      'v=DKIM1; P=YQ==',
      `v=DKIM1; p=${'YWFh'.repeat(3000)}`,
    ]) {
      assert.equal(parseKeyRecord(text), undefined, text.slice(0, 40));
    }
  });

  test('tags that nobody knows, white space, and notes in no encoding do no harm', () => {
    const parsed = parseKeyRecord(
      ' v=DKIM1 ;\tg=*; k = RSA; n=costs 5 = five; h = SHA1 : sha256; s=email:*; t=y : s; zz=; p= YW\r\n Fh ; ',
    );
    assert.deepEqual(parsed, {
      keyType: 'rsa',
      publicKey: Buffer.from('aaa'),
      hashAlgorithms: ['sha1', 'sha256'],
      services: ['email', '*'],
      flags: ['y', 's'],
    });
  });

  test('ours for RSA holds the SubjectPublicKeyInfo', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const parsed = parseKeyRecord(dnsRecordFor(publicKey))!;
    assert.equal(parsed.keyType, 'rsa');
    const der = Buffer.from(parsed.publicKey);
    assert.ok(createPublicKey({ key: der, format: 'der', type: 'spki' }).equals(publicKey));
  });

  test('ours for Ed25519 holds the 32 octets themselves', () => {
    // the key of RFC 8463 §A.2
    const record = 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';
    const x = Buffer.from(parseKeyRecord(record)!.publicKey).toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    assert.equal(dnsRecordFor(key), record);
  });

  test('a key of another type is a mistake of the caller', () => {
    const { publicKey } = generateKeyPairSync('x25519');
    assert.throws(() => dnsRecordFor(publicKey), TypeError);
  });
});
