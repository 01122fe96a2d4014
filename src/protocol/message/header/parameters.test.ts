import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { computedFor } from '../../../../test/support/time/cpu-time.ts';
import { parseParameters } from './parameters.ts';

const cases: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  ['; a=b', [['a', 'b']]],
  [
    '; A=B ; c = "d e"',
    [
      ['a', 'B'],
      ['c', 'd e'],
    ],
  ],
  ['; a="x\\"y\\\\z"', [['a', 'x"y\\z']]],
  ['; a=""', [['a', '']]],
  ['; a=', [['a', '']]],
  [
    '; a=b (comment (nested) \\) ) ; c=d',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['; (first) a (second) = (third) b', [['a', 'b']]],
  // The same name twice: whoever reads takes the first.
  [
    '; a=1; a=2',
    [
      ['a', '1'],
      ['a', '2'],
    ],
  ],
  // As seen in the wild.
  [' a=b', [['a', 'b']]],
  [
    '; a=b c=d',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    '; a="b" c="d"',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    '; a="b"junk; c=d',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    '; name=my holiday photo.jpg; c=d',
    [
      ['name', 'my holiday photo.jpg'],
      ['c', 'd'],
    ],
  ],
  ['; name=photo (1).jpg', [['name', 'photo (1).jpg']]],
  ['; name==?utf-8?B?w6k=?= =?utf-8?B?w6k=?=', [['name', '=?utf-8?B?w6k=?= =?utf-8?B?w6k=?=']]],
  ['; name=a/b@c:d', [['name', 'a/b@c:d']]],
  ['; a="open; c=d', [['a', 'open; c=d']]],
  ['; a=b (open; c=d', [['a', 'b']]],
  [';; ; word; /; a=b;', [['a', 'b']]],
  ['; a=\xe9\x01', [['a', '\xe9\x01']]],
  // RFC 2231 §3
  ['; u*0="ftp://"; u*1="cs.test/x"', [['u', 'ftp://cs.test/x']]],
  [
    '; u*1=b; z=1; u*0=a; y=2',
    [
      ['u', 'ab'],
      ['z', '1'],
      ['y', '2'],
    ],
  ],
  ['; u*0=a; u*0=x; u*1=b', [['u', 'ab']]],
  ['; u*1=b; u*3=d', [['u', 'bd']]],
  // RFC 2231 §4, §4.1
  ["; t*=us-ascii'en-us'This%20is", [['t*', "us-ascii'en-us'This%20is"]]],
  [
    "; t*0*=us-ascii'en'This%20is%20; t*1*=%2A%2A; t*2=\" 100% isn't\"",
    [['t*', "us-ascii'en'This%20is%20%2A%2A 100%25 isn't"]],
  ],
  [
    "; t=plain; t*=utf-8''ext",
    [
      ['t', 'plain'],
      ['t*', "utf-8''ext"],
    ],
  ],
  ['; t*0=a; t*1*=%2Ab%0D%0A', [['t', 'a*b  ']]],
];

for (const [text, expected] of cases)
  test(`parameters of «${text}»`, () => {
    assert.deepEqual(parseParameters(text, 0), expected);
  });

test('parameters are bounded', () => {
  assert.equal(parseParameters('; a=b'.repeat(2_000), 0).length, 500);
});

test('hostile fields take linear time', () => {
  const start = computedFor();
  for (const piece of [
    '(',
    ')',
    '"',
    '\\',
    ';',
    '=',
    'a',
    ' ',
    'a=',
    'a=b ',
    'a=(',
    'a=b (c) d',
    'a*0=b;',
    '; a="',
    'a="b"c',
  ])
    parseParameters(piece.repeat(65_536 / piece.length), 0);
  for (const piece of ['(', '(a) ', 'b ', '" ', '(()'])
    parseParameters(`; name=${piece.repeat(65_536 / piece.length)}`, 0);
  assert.ok(computedFor() - start < 1_000);
});

test('what is written strictly is read back', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9.-]{0,8}$/);
  const value = fc.stringMatching(/^[ -~]{0,20}$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 6 }), (params) => {
      const text = params
        .map(([key, data]) => `; ${key}="${data.replaceAll(/["\\]/g, '\\$&')}"`)
        .join('');
      assert.deepEqual(parseParameters(text, 0), params);
    }),
  );
});

test('a value cut into segments is joined again', () => {
  const segments = fc.array(fc.stringMatching(/^[a-z%' ]{0,6}$/), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(segments, fc.boolean(), (parts, backwards) => {
      const written = parts.map((part, index) => `; n*${index}="${part}"`);
      if (backwards) written.reverse();
      assert.deepEqual(parseParameters(written.join(''), 0), [['n', parts.join('')]]);
    }),
  );
});
