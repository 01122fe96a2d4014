import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  formatClientFinal,
  formatClientFinalWithoutProof,
  formatClientFirst,
  formatServerFinal,
  formatServerFirst,
  parseClientFinal,
  parseClientFirst,
  parseServerFinal,
  parseServerFirst,
} from './scram-messages.ts';

const octets = fc.uint8Array({ minLength: 1, maxLength: 64 });
const name = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
const nonce = fc.stringMatching(/^[\x21-\x2b\x2d-\x7e]{1,60}$/);
const flag = fc.oneof(
  fc.constantFrom({ kind: 'n' as const }, { kind: 'y' as const }),
  fc.stringMatching(/^[a-z-]{1,20}$/).map((binding) => ({ kind: 'p' as const, name: binding })),
);

test('every message is parsed as it was formatted', () => {
  fc.assert(
    fc.property(flag, name, name, nonce, (flag, authzid, username, nonce) => {
      const message = formatClientFirst({ flag, authzid, username, nonce });
      assert.deepEqual(parseClientFirst(message.gs2Header + message.bare), message);
    }),
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(nonce, octets, fc.integer({ min: 1, max: 999_999_999 }), (nonce, bytes, count) => {
      const salt = Buffer.from(bytes);
      const first = { nonce, salt, iterations: count };
      assert.deepEqual(parseServerFirst(formatServerFirst(first)), first);
      const withoutProof = formatClientFinalWithoutProof(salt, nonce);
      assert.deepEqual(parseClientFinal(formatClientFinal(withoutProof, salt)), {
        channelBinding: salt,
        nonce,
        proof: salt,
        withoutProof,
      });
      const final = { kind: 'verifier' as const, signature: salt };
      assert.deepEqual(parseServerFinal(formatServerFinal(final)), final);
    }),
    { numRuns: 200 },
  );
});

test('any text at all is parsed or refused, never thrown at', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...Array.from('nyp=,arsicvem:AZ09+/\0é')) }),
      (text) => {
        for (const parse of [
          parseClientFirst,
          parseServerFirst,
          parseClientFinal,
          parseServerFinal,
        ]) {
          parse(text);
        }
      },
    ),
    { numRuns: 500 },
  );
});

for (const text of [
  '',
  'n',
  'n,,',
  'n,,n=user',
  'n,,r=abc,n=user',
  'x,,n=user,r=abc',
  'p=,,n=user,r=abc',
  'n,a=,n=user,r=abc',
  'n,b=bob,n=user,r=abc',
  'n,,n=us=er,r=abc',
  'n,,n=us=2cer,r=abc',
  'n,,n=user,r=',
  'n,,n=user,r=a b',
  'n,,n=user,r=abc,',
]) {
  test(`a first message ${JSON.stringify(text)} is refused`, () => {
    assert.equal(parseClientFirst(text), undefined);
  });
}

for (const text of ['c=biws,r=abc', 'c=biws,p=AAAA', 'c=bi,r=abc,p=AAAA', 'r=abc,c=biws,p=AAAA']) {
  test(`a last message ${JSON.stringify(text)} is refused`, () => {
    assert.equal(parseClientFinal(text), undefined);
  });
}

test('an unknown optional attribute is kept in what is signed, a mandatory one is refused', () => {
  const first = parseClientFirst('n,,n=user,r=abc,x=1');
  assert.ok(first && !('kind' in first));
  assert.equal(first.bare, 'n=user,r=abc,x=1');
  assert.deepEqual(parseClientFirst('n,,m=1,n=user,r=abc'), { kind: 'mandatory-extension' });
  assert.deepEqual(parseClientFinal('c=biws,r=abc,m=1,p=AAAA'), { kind: 'mandatory-extension' });
});
