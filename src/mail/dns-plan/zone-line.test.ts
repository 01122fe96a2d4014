import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { zoneLine } from './zone-line.ts';

test('a short record stands on one line', () => {
  assert.equal(
    zoneLine('s._domainkey.a.test', 'v=DKIM1; p='),
    's._domainkey.a.test. IN TXT "v=DKIM1; p="',
  );
});

test('a long record is split into strings of at most 255 octets that give it back', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ -~]{0,900}$/), (text) => {
      const strings = [...zoneLine('a.test', text).matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) =>
        match[1]!.replaceAll(/\\(.)/g, '$1'),
      );
      assert.equal(strings.join(''), text);
      assert.ok(strings.every((one) => one.length <= 255));
    }),
    { numRuns: 100 },
  );
});
