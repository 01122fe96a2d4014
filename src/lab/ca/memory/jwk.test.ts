import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { readJws } from '#lab/ca/answers/jws';
import { AcmeProblem } from '#lab/ca/problem';
import { isSignedBy, readJwk } from './jwk.ts';

test('thumbprints are those of RFC 7638 §3.1 and RFC 8037 appendix A.3', () => {
  const rsa = {
    kty: 'RSA',
    n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
    e: 'AQAB',
    alg: 'RS256',
    kid: '2011-04-29',
  };
  assert.equal(readJwk(rsa).thumbprint, 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
  const ed = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };
  assert.equal(readJwk(ed).thumbprint, 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
});

test('each kind of key signs by its own algorithm', () => {
  const pairs: [string, KeyObject, KeyObject, string | null][] = [
    ['ES256', ...pair(generateKeyPairSync('ec', { namedCurve: 'P-256' })), 'sha256'],
    ['ES384', ...pair(generateKeyPairSync('ec', { namedCurve: 'P-384' })), 'sha384'],
    ['RS256', ...pair(generateKeyPairSync('rsa', { modulusLength: 2048 })), 'sha256'],
    ['EdDSA', ...pair(generateKeyPairSync('ed25519')), null],
  ];
  for (const [algorithm, publicKey, privateKey, hash] of pairs) {
    const key = readJwk(publicKey.export({ format: 'jwk' }));
    assert.equal(key.algorithm, algorithm);
    const data = Buffer.from('what is signed');
    const signature = sign(hash, data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    assert.ok(isSignedBy(key, data, signature), algorithm);
    assert.ok(!isSignedBy(key, Buffer.from('something else'), signature), algorithm);
    assert.ok(!isSignedBy(key, data, signature.subarray(1)), algorithm);
    assert.ok(!isSignedBy(key, data, new Uint8Array(0)), algorithm);
  }
});

function pair(made: { publicKey: KeyObject; privateKey: KeyObject }): [KeyObject, KeyObject] {
  return [made.publicKey, made.privateKey];
}

test('whatever comes as a key or a body is taken or refused by a problem, never anything else', () => {
  const judged = (run: () => unknown): boolean => {
    try {
      run();
      return true;
    } catch (error) {
      return error instanceof AcmeProblem;
    }
  };
  const jwk = fc.record(
    {
      kty: fc.constantFrom('EC', 'RSA', 'OKP', 'oct'),
      crv: fc.constantFrom('P-256', 'P-384', 'Ed25519', 'P-521'),
      x: fc.base64String(),
      y: fc.base64String(),
      n: fc.base64String(),
      e: fc.constantFrom('AQAB', 'Aw'),
    },
    { requiredKeys: [] },
  );
  fc.assert(fc.property(fc.oneof(jwk, fc.anything()), (value) => judged(() => readJwk(value))));
  const part = fc.oneof(
    fc.string(),
    fc.json().map((text) => Buffer.from(text).toString('base64url')),
  );
  const body = fc.record({ protected: part, payload: part, signature: part });
  fc.assert(
    fc.property(fc.oneof(body, fc.anything()), (value) =>
      judged(() => readJws(Buffer.from(JSON.stringify(value) ?? ''))),
    ),
  );
});
