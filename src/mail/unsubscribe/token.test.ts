import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { openToken, sealToken, tokenKeys } from './token.ts';

const KEYS = tokenKeys(Buffer.alloc(32, 1));
const OTHER = tokenKeys(Buffer.alloc(32, 2));
const ONE = {
  tenantId: '1',
  messageId: '01k5s0c3rv4m7',
  recipientId: 3,
  stream: 'news.example.test',
  address: 'bob@other.test',
};

const subscription = fc.record(
  {
    tenantId: fc.stringMatching(/^[1-9][0-9]{0,5}$/),
    messageId: fc.stringMatching(/^[0-9a-z]{13}$/),
    recipientId: fc.integer({ min: 1, max: 100_000 }),
    stream: fc.stringMatching(/^[a-z.]{1,80}$/),
    address: fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
      .map((text) => text.toWellFormed()),
  },
  { noNullPrototype: true },
);

test('what was sealed is opened again, by the same secret alone', () => {
  fc.assert(
    fc.property(subscription, (given) => {
      const token = sealToken(KEYS, given)!;
      assert.match(token, /^[A-Za-z0-9_-]{40,700}$/);
      assert.deepEqual(openToken(KEYS, token), given);
      assert.equal(openToken(OTHER, token), undefined);
    }),
  );
});

test('nothing of it can be read, changed, cut or made longer', () => {
  const token = sealToken(KEYS, ONE)!;
  assert.doesNotMatch(Buffer.from(token, 'base64url').toString('latin1'), /bob|news|01k5/);
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: token.length - 1 }),
      fc.constantFrom('A', 'B', 'C', 'g', 'h', '0', '1', '9', '-', '_'),
      (at, put) => {
        const altered = token.slice(0, at) + put + token.slice(at + 1);
        assert.equal(openToken(KEYS, altered) !== undefined, altered === token);
      },
    ),
    { numRuns: 1000 },
  );
  for (let length = 0; length < token.length; length++)
    assert.equal(openToken(KEYS, token.slice(0, length)), undefined);
  assert.equal(openToken(KEYS, `${token}AA`), undefined);
});

test('what is no token at all is none', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2000 }), (text) => openToken(KEYS, text) === undefined),
  );
  assert.equal(openToken(KEYS, 'A'.repeat(10_000)), undefined);
});

test('there is no token for what would not fit into a field', () => {
  assert.equal(sealToken(KEYS, { ...ONE, address: 'x'.repeat(1000) }), undefined);
});
