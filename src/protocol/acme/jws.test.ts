import assert from 'node:assert/strict';
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  verify,
} from 'node:crypto';
import { test } from 'node:test';
import {
  accountKey,
  bindExternalAccount,
  dnsChallengeValue,
  keyAuthorization,
  signRequest,
} from './jws.ts';

// the key of RFC 7515 appendix A.3
const KEY = accountKey(
  createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
      d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
    },
  }),
);
const URL = 'https://ca.test/new-order';

function parts(body: string) {
  const jws = JSON.parse(body) as Record<'protected' | 'payload' | 'signature', string>;
  const header = JSON.parse(Buffer.from(jws.protected, 'base64url').toString()) as object;
  return { jws, header };
}

test('a request is signed by the account key over header and payload', () => {
  const request = { url: URL, nonce: 'n-1', account: 'https://ca.test/a/1', payload: { a: 1 } };
  const { jws, header } = parts(signRequest(KEY, request));
  assert.deepEqual(header, { alg: 'ES256', kid: 'https://ca.test/a/1', nonce: 'n-1', url: URL });
  assert.equal(Buffer.from(jws.payload, 'base64url').toString(), '{"a":1}');
  assert.ok(
    verify(
      'sha256',
      Buffer.from(`${jws.protected}.${jws.payload}`),
      { key: createPublicKey(KEY.privateKey), dsaEncoding: 'ieee-p1363' },
      Buffer.from(jws.signature, 'base64url'),
    ),
  );
});

test('without an account the public key is sent, and never the private part', () => {
  const request = { url: URL, nonce: 'n', account: undefined, payload: {} };
  const { header } = parts(signRequest(KEY, request));
  assert.deepEqual(Object.keys((header as { jwk: object }).jwk), ['crv', 'kty', 'x', 'y']);
});

test('POST-as-GET has an empty payload', () => {
  const request = { url: URL, nonce: 'n', account: 'https://ca.test/a/1', payload: undefined };
  assert.equal(parts(signRequest(KEY, request)).jws.payload, '');
});

test('a key authorization is the token and the thumbprint of the key', () => {
  // RFC 7638 over {"crv":…,"kty":…,"x":…,"y":…}, by an independent computation
  assert.equal(keyAuthorization('tok', KEY), 'tok.oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U');
  assert.equal(dnsChallengeValue('').length, 43);
});

test('a binding to an external account is the public key under its MAC', () => {
  const macKey = Buffer.from('a secret of the authority').toString('base64url');
  const bound = bindExternalAccount(KEY, { keyId: 'kid-1', macKey }, URL) as Record<string, string>;
  const header = JSON.parse(Buffer.from(bound['protected']!, 'base64url').toString()) as object;
  assert.deepEqual(header, { alg: 'HS256', kid: 'kid-1', url: URL });
  const mac = createHmac('sha256', 'a secret of the authority')
    .update(`${bound['protected']}.${bound['payload']}`)
    .digest('base64url');
  assert.equal(bound['signature'], mac);
});

test('a key on another curve is none for an account', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  assert.throws(() => accountKey(privateKey), /P-256/);
});
