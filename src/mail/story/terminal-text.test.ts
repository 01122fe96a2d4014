import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { displayWidth, printable, STICKY, wrap } from './terminal-text.ts';

test('East Asian characters take two columns, combining and joining marks none', () => {
  assert.equal(displayWidth('abc'), 3);
  assert.equal(displayWidth('飛脚（ひきゃく）'), 16);
  assert.equal(displayWidth('ｶﾀｶﾅ'), 4);
  assert.equal(displayWidth('e\u0301'), 1);
  assert.equal(displayWidth('👟'), 2);
  assert.equal(displayWidth('𠮷'), 2);
});

test('control characters and direction marks become visible, long values are counted', () => {
  assert.equal(printable('a\r\nb'), 'a\\x0d\\x0ab');
  assert.equal(printable('\x1b[31m\u202e'), '\\x1b[31m\\u{202e}');
  assert.equal(printable('\u{e0041}x'), '\\u{e0041}x');
  assert.equal(printable('abcdef', 3), 'abc… (+3)');
  assert.equal(printable('\ud800'), '\ufffd');
  assert.equal(printable('配信 é 👟'), '配信 é 👟');
});

test('lines break at spaces and between East Asian characters, never before closing punctuation', () => {
  assert.deepEqual(wrap('one two three', 7), ['one two', 'three']);
  assert.deepEqual(wrap('配信できません。', 14), ['配信できませ', 'ん。']);
  assert.deepEqual(wrap('配信（試行）', 6), ['配信', '（試', '行）']);
  assert.deepEqual(wrap(`see [RFC${STICKY}5321]`, 8), ['see', '[RFC 5321]']);
  assert.deepEqual(wrap('', 5), ['']);
});

test('a word longer than a line stays whole', () => {
  assert.deepEqual(wrap('to averylongaddress@example.test now', 10), [
    'to',
    'averylongaddress@example.test',
    'now',
  ]);
});

test('wrapping loses nothing but the spaces at breaks', () => {
  const text = fc
    .array(fc.constantFrom('a', 'bcd', ' ', '飛', '、', '（', '。', 'é'))
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 20 }), (given, width) => {
      assert.equal(wrap(given, width).join('').replaceAll(' ', ''), given.replaceAll(' ', ''));
    }),
  );
});
