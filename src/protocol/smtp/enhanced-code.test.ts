import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  enhancedCodeFits,
  formatEnhancedCode,
  parseEnhancedCode,
  splitEnhancedCode,
  type EnhancedCode,
} from './enhanced-code.ts';

const codes: fc.Arbitrary<EnhancedCode> = fc.record(
  {
    class: fc.constantFrom(2, 4, 5),
    subject: fc.integer({ min: 0, max: 999 }),
    detail: fc.integer({ min: 0, max: 999 }),
  },
  { noNullPrototype: true },
);

test('what is formatted is read back', () => {
  fc.assert(
    fc.property(codes, (code) => {
      assert.deepEqual(parseEnhancedCode(formatEnhancedCode(code)), code);
    }),
  );
});

test('a status with another class, leading zeros, four digits or text around it is none', () => {
  for (const text of [
    '',
    '3.1.1',
    '1.0.0',
    '2.01.0',
    '2.1',
    '2.1.0.0',
    '5.1000.1',
    ' 2.1.0',
    '2.1.0 ',
    '2.1.x',
  ]) {
    assert.equal(parseEnhancedCode(text), undefined, text);
  }
});

test('a status is taken off the head of a text only when a space or the end follows', () => {
  assert.deepEqual(splitEnhancedCode('5.1.1 no such user'), {
    enhanced: '5.1.1',
    rest: 'no such user',
  });
  assert.deepEqual(splitEnhancedCode('2.0.0'), { enhanced: '2.0.0', rest: '' });
  assert.equal(splitEnhancedCode('5.1.1: no'), undefined);
  assert.equal(splitEnhancedCode('4.2.2.2 is our version'), undefined);
  assert.equal(splitEnhancedCode('no 5.1.1'), undefined);
});

test('a status fits only replies of its own class, and never an intermediate one', () => {
  assert.equal(enhancedCodeFits(250, '2.1.0'), true);
  assert.equal(enhancedCodeFits(550, '4.1.1'), false);
  assert.equal(enhancedCodeFits(354, '2.0.0'), false);
  assert.equal(enhancedCodeFits(450, '4.x.1'), false);
});
