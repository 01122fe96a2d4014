import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { formatPhc, parsePhc } from './phc-string.ts';

const octets = (minLength: number) =>
  fc.uint8Array({ minLength, maxLength: 64 }).map((bytes) => Buffer.from(bytes));

test('what is formatted is parsed again', () => {
  fc.assert(
    fc.property(
      fc.record(
        {
          memoryKib: fc.integer({ min: 64, max: 262_144 }),
          passes: fc.integer({ min: 1, max: 10 }),
          lanes: fc.integer({ min: 1, max: 8 }),
        },
        { noNullPrototype: true },
      ),
      octets(8),
      octets(16),
      (parameters, salt, tag) => {
        const hash = { parameters, salt, tag };
        assert.deepEqual(parsePhc(formatPhc(hash)), hash);
      },
    ),
    { numRuns: 200 },
  );
});

const GOOD =
  '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

test('the form itself is read', () => {
  assert.deepEqual(parsePhc(GOOD)?.parameters, { memoryKib: 19_456, passes: 2, lanes: 1 });
});

for (const [what, text] of [
  ['nothing', ''],
  ['another variant', GOOD.replace('argon2id', 'argon2i')],
  ['another version', GOOD.replace('v=19', 'v=16')],
  ['parameters in another order', GOOD.replace('m=19456,t=2', 't=2,m=19456')],
  ['a leading zero', GOOD.replace('t=2', 't=02')],
  ['too much memory', GOOD.replace('m=19456', 'm=262145')],
  ['too little memory for its lanes', GOOD.replace('m=19456,t=2,p=1', 'm=63,t=2,p=8')],
  ['too many passes', GOOD.replace('t=2', 't=11')],
  ['too many lanes', GOOD.replace('p=1', 'p=9')],
  ['a short salt', GOOD.replace('AAAAAAAAAAAAAAAAAAAAAA$', 'AAAAAAAA$')],
  ['a short tag', GOOD.slice(0, -30)],
  ['stray bits', GOOD.replace('AAAAAAAAAAAAAAAAAAAAAA$', 'AAAAAAAAAAAAAAAAAAAAAB$')],
  ['padding', `${GOOD}=`],
  ['a line end', `${GOOD}\n`],
] as const) {
  test(`${what} is refused`, () => {
    assert.equal(parsePhc(text), undefined);
  });
}
