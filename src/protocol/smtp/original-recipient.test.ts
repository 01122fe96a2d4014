import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { formatOriginalRecipient, parseOriginalRecipient } from './original-recipient.ts';

test('an rfc822 address is xtext', () => {
  assert.deepEqual(parseOriginalRecipient('RFC822;bob+2Btag@example.test'), {
    addressType: 'rfc822',
    address: 'bob+tag@example.test',
  });
});

test('a utf-8 address is read with escapes, as UTF-8, and as it is', () => {
  for (const value of [
    '\\x{65E5}\\x{2B}a@example.test',
    '日\\x{2B}a@example.test',
    '日+a@example.test',
  ])
    assert.deepEqual(parseOriginalRecipient(`utf-8;${value}`), {
      addressType: 'utf-8',
      address: '日+a@example.test',
    });
});

test('the octets of an internationalised address as xtext, as Postfix writes them, are one of type utf-8', () => {
  assert.deepEqual(parseOriginalRecipient('rfc822;+E9+9B+AA@example.test'), {
    addressType: 'utf-8',
    address: '雪@example.test',
  });
});

test('without SMTPUTF8 a utf-8 address is all ASCII', () => {
  const value = { addressType: 'utf-8', address: '日 \\+a' };
  assert.equal(formatOriginalRecipient(value, false), 'utf-8;\\x{65E5}\\x{20}\\x{5C}\\x{2B}a');
  assert.equal(formatOriginalRecipient(value, true), 'utf-8;日\\x{20}\\x{5C}\\x{2B}a');
});

test('what is malformed, not printable or too long is refused', () => {
  const bad = [
    '',
    'rfc822',
    ';a',
    'rfc822;',
    'rfc822;a=b',
    'rfc822;a+0D+0Ab',
    'rfc822;+C3',
    'rfc822;+C2+9F',
    'x400;+C3+A9',
    'a b;c',
  ];
  const badUtf8 = [
    '\\x{0A}',
    '\\x{0}',
    '\\x{110000}',
    '\\x{D800}',
    '\\xA',
    '\\',
    'a=b',
    'a b',
    '\\x{9F}',
  ];
  const long = `rfc822;${'a'.repeat(494)}`;
  for (const value of [...bad, ...badUtf8.map((text) => `utf-8;${text}`), long])
    assert.equal(parseOriginalRecipient(value), undefined, value);
  assert.ok(parseOriginalRecipient(long.slice(1)));
});

const ascii = fc.record(
  {
    addressType: fc.constantFrom('rfc822', 'x400', 'unknown'),
    address: fc.string({ minLength: 1, maxLength: 100 }),
  },
  { noNullPrototype: true },
);
const unicode = fc.record(
  {
    addressType: fc.constant('utf-8'),
    address: fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((text) => !/[\x00-\x1f\x7f-\x9f]/.test(text)),
  },
  { noNullPrototype: true },
);

test('a value comes back from its text, with and without SMTPUTF8', () => {
  fc.assert(
    fc.property(fc.oneof(ascii, unicode), fc.boolean(), (value, smtputf8) => {
      const text = formatOriginalRecipient(value, smtputf8);
      fc.pre(text.length <= 500);
      assert.deepEqual(parseOriginalRecipient(text), value);
    }),
  );
});
