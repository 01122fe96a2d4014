import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { computedFor } from '../../../../test/support/time/cpu-time.ts';
import { parseEnvelopeAddresses } from './envelope-addresses.ts';

const END = [null, null, null, null];
const cases: readonly (readonly [string, readonly unknown[]])[] = [
  ['a@b.test', [[null, null, 'a', 'b.test']]],
  ['<a@b.test>', [[null, null, 'a', 'b.test']]],
  ['Alice  B. <a@b.test>', [['Alice B.', null, 'a', 'b.test']]],
  ['"Doe, \\"J\\"" <j.d@b.test>', [['Doe, "J"', null, 'j.d', 'b.test']]],
  ['"j d"@b.test', [[null, null, 'j d', 'b.test']]],
  ['a@b.test (Alice (B) C)', [['Alice (B) C', null, 'a', 'b.test']]],
  ['a @ b . test', [[null, null, 'a', 'b.test']]],
  ['a@[192.0.2.1]', [[null, null, 'a', '[192.0.2.1]']]],
  ['=?utf-8?Q?J=C3=BCrgen?= <j@b.test>', [['=?utf-8?Q?J=C3=BCrgen?=', null, 'j', 'b.test']]],
  ['<@r1.test,@r2.test:a@b.test>', [[null, '@r1.test,@r2.test', 'a', 'b.test']]],
  [
    'a@b.test, C <c@d.test>',
    [
      [null, null, 'a', 'b.test'],
      ['C', null, 'c', 'd.test'],
    ],
  ],
  [
    'Some Friends: a@b.test, c@d.test;',
    [
      [null, null, 'Some Friends', null],
      [null, null, 'a', 'b.test'],
      [null, null, 'c', 'd.test'],
      END,
    ],
  ],
  ['undisclosed-recipients:;', [[null, null, 'undisclosed-recipients', null], END]],
  ['g: (none) ;', [[null, null, 'g', null], END]],
  ['g: a@b.test', [[null, null, 'g', null], [null, null, 'a', 'b.test'], END]],
  // What is no address is shown all the same.
  ['MAILER-DAEMON', [[null, null, 'MAILER-DAEMON', '']]],
  ['Just a name', [['Just a name', null, '', '']]],
  ['Name <>', [['Name', null, '', '']]],
  ['John Doe john@b.test', [['John Doe', null, 'john', 'b.test']]],
  ['john@b.test John', [[null, null, 'john', 'b.test']]],
  ['Open <a@b.test', [['Open', null, 'a', 'b.test']]],
  ['"open <a@b.test>', [['open <a@b.test>', null, '', '']]],
  ['x@y@b.test', [[null, null, 'x@y', 'b.test']]],
  [
    '<a@b.test> Jr, c@d.test',
    [
      [null, null, 'a', 'b.test'],
      [null, null, 'c', 'd.test'],
    ],
  ],
  [
    '<a@b.test> c@d.test',
    [
      [null, null, 'a', 'b.test'],
      [null, null, 'c', 'd.test'],
    ],
  ],
  [',, ,', []],
  ['', []],
  ['()', []],
];

for (const [text, expected] of cases)
  test(`addresses of «${text}»`, () => {
    assert.deepEqual(parseEnvelopeAddresses(text), expected);
  });

test('addresses are bounded', () => {
  assert.equal(parseEnvelopeAddresses('a@b,'.repeat(16_000)).length, 2_000);
});

test('hostile fields take linear time', () => {
  const start = computedFor();
  for (const piece of [
    '(',
    '"',
    '<',
    '[',
    '\\',
    'a ',
    'a.',
    '@',
    ':',
    ';',
    ',',
    '<a',
    '"a" ',
    '(a',
    'a:b;',
  ])
    parseEnvelopeAddresses(piece.repeat(65_536 / piece.length));
  assert.ok(computedFor() - start < 1_000);
});

test('whatever stands in the field, groups are closed and strings are whole', () => {
  const text = fc
    .array(
      fc.constantFrom(
        'a',
        'b.c',
        '@',
        ' ',
        ',',
        ';',
        ':',
        '<',
        '>',
        '"',
        '(',
        ')',
        '\\',
        '[',
        ']',
        '\xe9',
      ),
    )
    .map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(text, (field) => {
      let depth = 0;
      for (const [, , mailbox, host] of parseEnvelopeAddresses(field)) {
        if (host === null) depth += mailbox === null ? -1 : 1;
        assert.ok(depth === 0 || depth === 1);
      }
      assert.equal(depth, 0);
    }),
    { numRuns: 2_000 },
  );
});
