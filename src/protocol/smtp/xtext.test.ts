import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decodeXtext, encodeXtext } from './xtext.ts';

test('plus, equals, space and what is not printable ASCII are encoded', () => {
  assert.equal(encodeXtext('a+b=c d\r\n~é'), 'a+2Bb+3Dc+20d+0D+0A~+C3+A9');
});

test('upper and lower case digits are decoded', () => {
  assert.equal(decodeXtext('a+2Bb+2b'), 'a+b+');
});

test('what is not xtext is refused', () => {
  for (const text of ['a=b', 'a b', 'a+', 'a+2', 'a+G0', 'é', 'a\n', '+FF', '+C3'])
    assert.equal(decodeXtext(text), undefined, text);
});

test('text comes back from its encoding', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(decodeXtext(encodeXtext(text)), text.toWellFormed());
    }),
  );
});

test('any text is decoded or refused, and what is decoded encodes to the same meaning', () => {
  const text = fc.string({
    unit: fc.constantFrom('+', '2', 'B', 'C', '3', 'A', '9', 'x', '=', ' '),
  });
  fc.assert(
    fc.property(text, (encoded) => {
      const decoded = decodeXtext(encoded);
      if (decoded !== undefined) assert.equal(decodeXtext(encodeXtext(decoded)), decoded);
    }),
  );
});
