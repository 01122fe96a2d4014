import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { utf8 } from '#bytes';
import { computedFor } from '../../../../test/support/time/cpu-time.ts';
import {
  decodeCharset,
  decodeEncodedWords,
  encodePhrase,
  encodeUnstructured,
} from './encoded-word.ts';

for (const [encoded, decoded] of [
  ['plain', 'plain'],
  ['=?UTF-8?B?44GT44KT44Gr44Gh44Gv?=', 'こんにちは'],
  ['=?utf-8?q?caf=C3=A9_cr=c3=a8me?=', 'café crème'],
  ['=?iso-8859-1?Q?a_=E9?= b', 'a é b'],
  ['=?ISO-2022-JP?B?GyRCJDMkcyRLJEEkTxsoQg==?=', 'こんにちは'],
  ['=?shift_jis?B?grGC8YLJgr+CzQ==?=', 'こんにちは'],
  ['=?cp932?B?h0A=?=', '①'],
  ['=?euc-jp?B?pLOk86TLpMGkzw==?=', 'こんにちは'],
  ['=?iso-2022-jp-ms?B?GyRCLSEbKEI=?=', '①'],
  ['=?windows-1252?Q?=80?=', '€'],
  ['=?koi8-r?B?8NLJ18XU?=', 'Привет'],
  ['=?US-ASCII*EN?Q?Keith_Moore?= <x>', 'Keith Moore <x>'],
  ['a =?utf-8?q?b?= c', 'a b c'],
  ['=?utf-8?q?a?= =?utf-8?q?b?=', 'ab'],
  ['=?utf-8?q?a?=\r\n =?utf-8?b?Yg==?=', 'ab'],
  ['=?utf-8?q?a?= =?iso-8859-1?q?=E9?=', 'aé'],
  ['=?utf-8?q?a?==?utf-8?q?b?=', 'ab'],
  ['=?utf-8?q?a_?= =?utf-8?q?b?=', 'a b'],
  ['=?utf-8?q?=E3=81?= =?utf-8?q?=82?=', 'あ'],
  ['=?utf-8?B?44E=?= =?utf-8?B?gg==?=', 'あ'],
  ['=?utf-8?q?raw space?=', 'raw space'],
  ['=?utf-8?q??=x', 'x'],
  ['=?utf-8?q?a=?=', 'a='],
  ['=?utf-8?q?a=0D=0ABcc:_x=00?=', 'a  Bcc: x '],
  ['=?utf-8?q?=FF?=', '\ufffd'],
  ['=?x-klingon?q?a?=', '=?x-klingon?q?a?='],
  ['=?x-klingon?q?a?= =?x-klingon?q?b?=', '=?x-klingon?q?a?= =?x-klingon?q?b?='],
  ['=?utf-8?x?a?=', '=?utf-8?x?a?='],
  ['=?utf-8?q?a', '=?utf-8?q?a'],
  ['=? =?utf-8?q?a?=', '=? a'],
  ['=?=?utf-8?q?a?=', '=?a'],
] as const)
  test(`${JSON.stringify(encoded)} shows as ${JSON.stringify(decoded)}`, () => {
    assert.equal(decodeEncodedWords(encoded), decoded);
  });

test('a charset is found under its names in mail, and an unknown one is told', () => {
  assert.equal(decodeCharset(Uint8Array.of(0x82, 0xb1), 'CP932'), 'こ');
  assert.equal(decodeCharset(Uint8Array.of(0x41), 'no-such-charset'), undefined);
});

test('printable ASCII is written as it is, folded where a line grows long', () => {
  assert.equal(encodeUnstructured('Delivery failed', 9), 'Delivery failed');
  const long = 'word '.repeat(40).trim();
  const folded = encodeUnstructured(long, 9);
  assert.equal(folded.replaceAll('\r\n', ''), long);
  assert.ok(`Subject: ${folded}`.split('\r\n').every((line) => line.length <= 78));
});

test('a word too long for a line is broken', () => {
  const word = 'x'.repeat(2_000);
  const encoded = encodeUnstructured(word, 9);
  assert.ok(encoded.split('\r\n').every((line) => line.length <= 76));
  assert.equal(decodeEncodedWords(encoded), word);
});

test('text that would be taken for an encoded word is encoded', () => {
  const text = 'look: =?utf-8?q?a?=';
  assert.notEqual(encodeUnstructured(text, 9), text);
  assert.equal(decodeEncodedWords(encodeUnstructured(text, 9)), text);
});

test('a Japanese subject becomes words that keep whole characters', () => {
  const text = '配送できなかったメールがあります: お届け先のサーバーが宛先を知らないと答えました';
  const encoded = encodeUnstructured(text, 9);
  assert.equal(decodeEncodedWords(encoded), text);
  for (const word of encoded.split('\r\n ')) {
    assert.ok(word.length <= 75);
    assert.doesNotMatch(decodeEncodedWords(word), /\ufffd/);
  }
});

test('a display name is an atom, a quoted string or encoded words', () => {
  assert.equal(encodePhrase('Mail Delivery System', 6), 'Mail Delivery System');
  assert.equal(encodePhrase('Doe, "J" \\', 6), '"Doe, \\"J\\" \\\\"');
  assert.equal(encodePhrase('飛脚', 6), '=?UTF-8?B?6aOb6ISa?=');
  assert.equal(encodePhrase('', 6), '""');
});

test('what is encoded decodes to itself, in lines of mail', () => {
  const text = fc.string({
    unit: fc.constantFrom(...'ab  =?_é飛😀"'.match(/./gu)!),
    maxLength: 120,
  });
  fc.assert(
    fc.property(text, fc.nat(60), (value, used) => {
      const encoded = encodeUnstructured(value, used);
      assert.equal(decodeEncodedWords(encoded.replaceAll('\r\n', '')), value);
      assert.match(encoded, /^[\r\n -~]*$/);
      for (const [index, line] of encoded.split('\r\n').entries()) {
        assert.ok(index === 0 || /^ +\S/.test(line), JSON.stringify(encoded));
        assert.ok(!line.includes('=?') || (index === 0 ? used : 0) + line.length <= 84);
      }
    }),
    { numRuns: 400 },
  );
});

test('nothing that is encoded can start a new line of the header', () => {
  for (const encode of [encodeUnstructured, encodePhrase])
    assert.doesNotMatch(encode('a\r\nBcc: b\n\0c', 9), /\r|\n|\0/);
});

test('decoding never throws and takes linear time', () => {
  const part = fc.constantFrom(
    '=?',
    '?=',
    '?',
    'utf-8',
    'q',
    'B',
    '=',
    ' ',
    'é',
    '=E3',
    'iso-2022-jp',
    '\x1b',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
      assert.equal(typeof decodeEncodedWords(parts.join('')), 'string');
    }),
    { numRuns: 500 },
  );
  const started = computedFor();
  for (const text of [
    '=?',
    '=?a',
    '=?a?q?',
    '=?utf-8?q?a?=',
    '=?utf-8?q?a?= ',
    ' ',
    '=?x?q?a?= ',
    '=?a?',
  ])
    decodeEncodedWords(`=?${text.repeat(100_000)}`);
  assert.ok(computedFor() - started < 5_000);
});

test('the room on the first line is used and kept', () => {
  const [first] = encodeUnstructured('飛'.repeat(60), 'X-Long-Name-Of-A-Field: '.length).split(
    '\r\n ',
  );
  assert.ok('X-Long-Name-Of-A-Field: '.length + first!.length <= 76);
  assert.ok(utf8(decodeEncodedWords(first!)).length >= 24);
});

test('words of ISO-2022-JP are joined where each ends in ASCII', () => {
  assert.equal(
    decodeEncodedWords('=?ISO-2022-JP?B?GyRCJDMbKEI=?=\r\n =?ISO-2022-JP?B?GyRCJHMbKEI=?='),
    'こん',
  );
});
