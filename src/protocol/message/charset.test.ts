import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { fromLatin1, utf8 } from '#bytes';
import { computedFor } from '../../../test/support/time/cpu-time.ts';
import { decodeCharset, decodeText, octetsText } from './charset.ts';

const JIS = '\x1b$B$3$s\x1b(B';
const SHIFT_JIS = '\x82\xb1\x82\xf1';
const EUC_JP = '\xa4\xb3\xa4\xf3';
const EUC_KR = '\xc7\xd1';

for (const [text, octets, ...names] of [
  [
    'こん',
    JIS,
    'iso-2022-jp',
    'ISO-2022-JP',
    'csISO2022JP',
    'iso-2022-jp-ms',
    'cp50220',
    'cp50221',
    '_iso-2022-jp',
    'jis',
  ],
  [
    'こん',
    SHIFT_JIS,
    'shift_jis',
    'Shift-JIS',
    'x-sjis',
    'sjis',
    'cp932',
    'ms932',
    'windows-31j',
    'MS_Kanji',
    'windows-932',
  ],
  ['こん', EUC_JP, 'euc-jp', 'x-euc-jp', 'eucjp', 'eucJP-ms', 'cp51932', 'ujis'],
  [
    '한',
    EUC_KR,
    'euc-kr',
    'ks_c_5601-1987',
    'KS_C_5601-1989',
    'cp949',
    'windows-949',
    'uhc',
    'euckr',
  ],
  ['한', '\x1b$)C\x0e\x47\x51\x0f', 'iso-2022-kr'],
  ['汉', '\xba\xba', 'gb2312', 'gbk', 'gb18030', 'cp936', 'euc-cn', 'x-gbk'],
  ['漢', '\xba\x7e', 'big5', 'cp950', 'x-x-big5', 'big5-hkscs'],
  ['é', '\xe9', 'iso-8859-1', 'latin1', 'windows-1252', 'cp1252', 'ISO8859-1', 'ansi'],
  ['€…', '\x80\x85', 'iso-8859-1', 'windows-1252'],
  ['é', '\xc3\xa9', 'utf-8', 'UTF8', 'unicode-1-1-utf-8', ' utf-8 ', 'cp65001'],
  ['ж', '\xd6', 'koi8-r'],
  ['ж', '\xe6', 'windows-1251', 'cp1251', 'win-1251'],
  ['ก', '\xa1', 'tis-620', 'windows-874', 'iso-8859-11'],
  ['é', '\xe9\0', 'utf-16le'],
] as const)
  for (const name of names)
    test(`${text} in ${name}`, () => {
      assert.equal(decodeCharset(fromLatin1(octets), name), text);
    });

test('an unknown charset is told, or guessed', () => {
  for (const name of ['x-nothing', 'utf-7', '', 'constructor', '__proto__'])
    assert.equal(decodeCharset(utf8('é'), name), undefined);
  for (const name of [undefined, 'x-nothing', 'unknown-8bit', 'us-ascii', '']) {
    assert.equal(decodeText(utf8('é'), name), 'é');
    assert.equal(decodeText(fromLatin1('\xe9'), name), 'é');
    assert.equal(decodeText(fromLatin1(JIS), name), 'こん');
    assert.equal(decodeText(utf8('\uFEFFa'), name), 'a');
  }
});

test('a charset that is named is taken at its word; what it has not is U+FFFD', () => {
  assert.equal(decodeText(utf8('é'), 'iso-8859-1'), 'Ã©');
  assert.equal(decodeText(fromLatin1('a\xe9'), 'utf-8'), 'a\uFFFD');
  assert.equal(decodeText(fromLatin1('\x82'), 'shift_jis'), '\uFFFD');
});

test('raw octets of a header are UTF-8, the charset that is hinted at, or a guess', () => {
  assert.equal(octetsText('plain'), 'plain');
  assert.equal(octetsText('\xc3\xa9', 'shift_jis'), 'é');
  assert.equal(octetsText(SHIFT_JIS, 'shift_jis'), 'こん');
  assert.equal(octetsText(JIS, 'shift_jis'), 'こん');
  assert.equal(octetsText('\xe9'), 'é');
});

test('escapes of ISO-2022-JP that nothing stands between are no error', () => {
  assert.equal(decodeText(fromLatin1(`${JIS}${JIS}\x1b(B\x1b(J`), 'iso-2022-jp'), 'こんこん');
  assert.equal(decodeText(fromLatin1('\x1b('.repeat(3)), 'iso-2022-jp').includes('\uFFFD'), true);
});

test('ISO-2022-KR shifts back at the end of a line', () => {
  assert.equal(
    decodeCharset(fromLatin1('\x1b$)Ca\x0eGQ\nGQ\x0e GQ\x0f\x0e'), 'iso-2022-kr'),
    'a한\nGQ 한',
  );
});

test('no octets in any charset throw', () => {
  const names = [
    'utf-8',
    'iso-2022-jp',
    'shift_jis',
    'euc-jp',
    'euc-kr',
    'gb18030',
    'big5',
    'iso-2022-kr',
    'us-ascii',
    'x',
  ];
  fc.assert(
    fc.property(fc.uint8Array(), fc.constantFrom(...names), (octets, name) => {
      assert.equal(typeof decodeText(octets, name), 'string');
    }),
  );
});

test('a name without end is looked at once', () => {
  const before = computedFor();
  assert.equal(decodeText(utf8('é'), `${'\t'.repeat(100_000)}K`), 'é');
  assert.equal(decodeText(utf8('é'), `K${' '.repeat(100_000)}K`), 'é');
  assert.ok(computedFor() - before < 2000, 'it took more than two seconds');
});

test('a name that says nothing is a guess, in any case and between white space', () => {
  for (const name of ['', ' ', 'US-ASCII', '\tunknown ', 'ANSI_X3.4-1968', '8bit'])
    assert.equal(decodeText(utf8('é'), name), 'é', name);
  assert.equal(decodeText(utf8('é'), ' latin1 '), 'Ã©');
});
