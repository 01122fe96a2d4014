import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  appPasswordVerifier,
  formatAppPassword,
  isAppPassword,
  makeAppPassword,
  parseAppPassword,
} from './app-password.ts';

const random = fc.uint8Array({ minLength: 21, maxLength: 21 }).map((bytes) => Buffer.from(bytes));

test('what is shown is read again, however it was typed', () => {
  fc.assert(
    fc.property(random, (bytes) => {
      const { id, secret, text } = makeAppPassword(bytes);
      assert.match(text, /^([0-9a-hjkmnp-tv-z]{4}-){8}[0-9a-hjkmnp-tv-z]{4}$/);
      assert.equal(text.replaceAll('-', '').slice(0, 8), id);
      const password = { id, secret };
      const typings = [
        text,
        text.toUpperCase(),
        text.replaceAll('-', ''),
        ` ${text.replaceAll('-', ' ')}\n`,
        text.replaceAll('0', 'O').replaceAll('1', 'l'),
      ];
      for (const typed of typings) assert.deepEqual(parseAppPassword(typed), password);
      assert.equal(formatAppPassword(password), text);
    }),
    { numRuns: 100 },
  );
});

test('every bit of the random octets counts', () => {
  fc.assert(
    fc.property(random, fc.nat({ max: 21 * 8 - 1 }), (bytes, bit) => {
      const other = Buffer.from(bytes);
      other[bit >> 3]! ^= 1 << (bit & 7);
      assert.notEqual(makeAppPassword(other).text, makeAppPassword(bytes).text);
    }),
    { numRuns: 200 },
  );
});

test('a slip of the hand is noticed nearly always, and never opens anything', () => {
  const { text, ...password } = makeAppPassword(Buffer.from('twenty-one octets, ok'));
  const verifier = appPasswordVerifier(password);
  let unnoticed = 0;
  const characters = '0123456789abcdefghjkmnpqrstvwxyz';
  for (const [at, original] of Array.from(text).entries()) {
    for (const character of characters) {
      if (original === '-' || character === original) continue;
      const read = parseAppPassword(text.slice(0, at) + character + text.slice(at + 1));
      if (read === undefined) continue;
      unnoticed += 1;
      assert.equal(isAppPassword(read, verifier), false);
    }
  }
  assert.ok(unnoticed <= 3, `${unnoticed} of 1116 slips had a right check`);
});

test('the verifier is of this id and secret alone', () => {
  const password = makeAppPassword(Buffer.alloc(21, 1));
  const verifier = appPasswordVerifier(password);
  assert.equal(verifier.length, 32);
  assert.equal(isAppPassword(password, verifier), true);
  assert.equal(isAppPassword({ ...password, id: '00000000' }, verifier), false);
  assert.equal(isAppPassword({ ...password, secret: Buffer.alloc(16, 2) }, verifier), false);
  assert.equal(isAppPassword(password, Buffer.alloc(0)), false);
});

for (const typed of [
  '',
  'correct horse battery staple',
  'a'.repeat(36),
  '-'.repeat(200),
  'u'.repeat(36),
]) {
  test(`${JSON.stringify(typed.slice(0, 40))} is no app password`, () => {
    assert.equal(parseAppPassword(typed), undefined);
  });
}
