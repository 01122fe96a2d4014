import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { MAX_PREPARED_CHARACTERS, saslprep } from './saslprep.ts';

function textOf(text: string): string | undefined {
  const result = saslprep(text);
  return result.kind === 'prepared' ? result.text : undefined;
}

function reasonOf(text: string): string | undefined {
  const result = saslprep(text);
  return result.kind === 'error' ? result.reason : undefined;
}

test('the examples of RFC 4013 §3 come out as printed there', () => {
  assert.equal(textOf('I\u00adX'), 'IX');
  assert.equal(textOf('user'), 'user');
  assert.equal(textOf('USER'), 'USER');
  assert.equal(textOf('\u00aa'), 'a');
  assert.equal(textOf('\u2168'), 'IX');
  assert.equal(reasonOf('\u0007'), 'prohibited-character');
  assert.equal(reasonOf('\u06271'), 'mixed-direction');
});

test('full-width and composed forms of a Japanese password are the same password', () => {
  assert.equal(textOf('ﾊﾟｽﾜｰﾄﾞ１２３'), 'パスワード123');
  assert.equal(textOf('ハ\u309aスワート\u3099123'), 'パスワード123');
  assert.equal(textOf('合い言葉\u3000その一'), '合い言葉 その一');
});

test('an emoji is allowed, a lone surrogate and a private character are not', () => {
  assert.equal(textOf('pass 🦊'), 'pass 🦊');
  assert.equal(reasonOf('a\ud800'), 'prohibited-character');
  assert.equal(reasonOf('a\ue000'), 'prohibited-character');
  assert.equal(reasonOf('a\uffff'), 'prohibited-character');
});

test('right-to-left text stands alone and at both ends', () => {
  assert.equal(textOf('שלום'), 'שלום');
  assert.equal(textOf('ש1ם'), 'ש1ם');
  assert.equal(reasonOf('שלוםabc'), 'mixed-direction');
  assert.equal(reasonOf('1שלום'), 'mixed-direction');
});

test('nothing, and what becomes nothing, is refused', () => {
  assert.equal(reasonOf(''), 'empty');
  assert.equal(reasonOf('\u00ad\u200d'), 'empty');
});

test('length is bounded before and after normalisation', () => {
  assert.equal(textOf('a'.repeat(MAX_PREPARED_CHARACTERS))?.length, MAX_PREPARED_CHARACTERS);
  assert.equal(reasonOf('a'.repeat(MAX_PREPARED_CHARACTERS + 1)), 'too-long');
  assert.equal(reasonOf('\ufdfa'.repeat(MAX_PREPARED_CHARACTERS)), 'too-long');
});

test('preparing prepared text changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const once = textOf(text);
      if (once !== undefined) assert.equal(textOf(once), once);
    }),
    { numRuns: 500 },
  );
});
