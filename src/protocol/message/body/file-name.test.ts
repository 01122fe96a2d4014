import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latin1, utf8 } from '#bytes';
import { parseContentType, parseDisposition } from '#protocol/message/header/content-fields';
import { fileName } from './file-name.ts';

const named = (disposition: string, type = 'a/b', charset?: string) => {
  const octets = latin1(utf8(disposition));
  const found = parseDisposition(octets);
  return fileName(
    { params: parseContentType(type).params, ...(found && { disposition: found }) },
    charset,
  );
};

for (const [disposition, expected] of [
  ['attachment', undefined],
  ['attachment; filename=a.txt', 'a.txt'],
  ['attachment; filename="a b.txt"', 'a b.txt'],
  // RFC 2231
  ["attachment; filename*=UTF-8''%E2%82%AC%20rates.txt", '€ rates.txt'],
  ["attachment; filename*=iso-8859-1'en'%A3%20rates.txt", '£ rates.txt'],
  [
    "attachment; filename*0*=iso-2022-jp''%1B$B$3; filename*1*=$s%1B%28B; filename*2=.txt",
    'こん.txt',
  ],
  ["attachment; filename=plain.txt; filename*=utf-8''%C3%A9.txt", 'é.txt'],
  ['attachment; filename*=%C3%A9.txt', 'é.txt'],
  ["attachment; filename*=''%C3%A9.txt", 'é.txt'],
  ["attachment; filename*=x-nothing''%C3%A9.txt", 'é.txt'],
  ["attachment; filename*=utf-8''100%.txt", '100%.txt'],
  ['attachment; filename*0="a"; filename*1="b.txt"', 'ab.txt'],
  // RFC 2047, which has no place there
  ['attachment; filename="=?UTF-8?B?w6kudHh0?="', 'é.txt'],
  ['attachment; filename==?UTF-8?Q?=C3=A9.txt?=', 'é.txt'],
  ['attachment; filename==?ISO-2022-JP?B?GyRCJDMbKEI=?= =?ISO-2022-JP?B?GyRCJHMbKEI=?=', 'こん'],
  ['attachment; filename*0="=?UTF-8?B?w6k"; filename*1="udHh0?="', 'é.txt'],
  // raw
  ['attachment; filename="é.txt"', 'é.txt'],
  ['attachment; filename=日本 語.txt', '日本 語.txt'],
  ["attachment; filename*=utf-8''a%0D%0Ab%00c", 'a  b c'],
  ['attachment; filename=""', undefined],
] as const)
  test(`the name of «${disposition}»`, () => {
    assert.equal(named(disposition), expected);
  });

test('raw legacy octets are read in the charset that is hinted at', () => {
  const disposition = parseDisposition('attachment; filename="\x82\xb1\x82\xf1.txt"')!;
  assert.equal(fileName({ disposition, params: [] }, 'shift_jis'), 'こん.txt');
  assert.equal(fileName({ disposition, params: [] }), '‚±‚ñ.txt');
});

test('without a filename the name of the type counts', () => {
  assert.equal(named('attachment', 'a/b; name="n.txt"'), 'n.txt');
  assert.equal(named('attachment; filename=f.txt', 'a/b; name="n.txt"'), 'f.txt');
  assert.equal(named('attachment; filename=""', "a/b; name*=utf-8''n%C3%A9"), 'né');
});
