import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isHostName, toAscii, toUnicode } from './domain.ts';

test('names come out in lower-case A-labels', () => {
  assert.equal(toAscii('Mail.EXAMPLE.com'), 'mail.example.com');
  assert.equal(toAscii('例え.テスト'), 'xn--r8jz45g.xn--zckzah');
  assert.equal(toAscii('XN--R8JZ45G.Jp'), 'xn--r8jz45g.jp');
  assert.equal(toAscii('例え。jp'), 'xn--r8jz45g.jp');
  assert.equal(toAscii('faß.de'), 'xn--fa-hia.de');
  assert.equal(toAscii('ｅｘａｍｐｌｅ.com'), 'example.com');
});

test('a name is never read the way a URL reads its host', () => {
  assert.equal(toAscii('1.2.3'), '1.2.3');
  assert.equal(toAscii('127.0.0.1'), '127.0.0.1');
  assert.equal(toAscii('0x7f.1'), '0x7f.1');
  assert.equal(toAscii('iana.123'), 'iana.123');
  assert.equal(toAscii('１.２.３'), '1.2.3');
  assert.equal(toAscii('例%41.jp'), undefined);
  assert.equal(toAscii('例/え.jp'), undefined);
  assert.equal(toAscii('[::1]'), undefined);
  assert.equal(toAscii('例え.jp:25'), undefined);
  assert.equal(toAscii('℀.example'), undefined);
});

for (const [name, why] of [
  ['', 'nothing'],
  ['.', 'a dot alone'],
  ['a..b', 'an empty label'],
  ['.a', 'a leading dot'],
  ['a.', 'a final dot'],
  ['-a.b', 'a leading hyphen'],
  ['a-.b', 'a trailing hyphen'],
  ['a_b.c', 'an underscore'],
  ['a b', 'a space'],
  ['a\n', 'a line end'],
  ['a.b\0', 'a NUL'],
  [`${'a'.repeat(64)}.b`, 'a label of 64 characters'],
  [`${'a.'.repeat(126)}bc`, 'a name of 254 characters'],
  ['\u00ad', 'a label that maps to nothing'],
  ['a\u200b.b\ud800', 'a lone surrogate'],
  ['xn--é.example', 'an A-label with other characters'],
] as const)
  test(`${why} is refused`, () => {
    assert.equal(toAscii(name), undefined);
  });

test('the limits themselves are legal', () => {
  assert.equal(isHostName('a'.repeat(63)), true);
  assert.equal(isHostName(`${'a.'.repeat(126)}b`), true);
  assert.equal(`${'a.'.repeat(126)}b`.length, 253);
});

test('people see U-labels, and only those that lead back to the same name', () => {
  assert.equal(toUnicode('xn--r8jz45g.xn--zckzah'), '例え.テスト');
  assert.equal(toUnicode('example.com'), 'example.com');
  assert.equal(toUnicode('xn--a.example'), 'xn--a.example');
  assert.equal(toUnicode('xn--r8jz45g.123'), '例え.123');
  assert.equal(toUnicode('[192.0.2.1]'), '[192.0.2.1]');
});

test('whatever toAscii gives is a host name, and stays itself', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.domain());
  fc.assert(
    fc.property(text, (name) => {
      const ascii = toAscii(name);
      if (ascii === undefined) return;
      assert.ok(isHostName(ascii));
      assert.equal(toAscii(ascii), ascii);
      assert.equal(toAscii(toUnicode(ascii)), ascii);
    }),
    { numRuns: 400 },
  );
});
