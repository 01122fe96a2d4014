import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromLatin1 } from '#bytes';
import { contentFields, parseContentType, parseDisposition } from './content-fields.ts';
import { splitHeader } from './fields.ts';

const PLAIN = { type: 'text', subtype: 'plain', params: [['charset', 'us-ascii']] };

const read = (header: string, inDigest = false) => {
  const bytes = fromLatin1(`${header}\r\n\r\n`);
  return contentFields(bytes, splitHeader(bytes), inDigest);
};

test('without fields a body is text in US-ASCII, in a digest a message', () => {
  assert.deepEqual(read('A: b'), { ...PLAIN, encoding: '7bit' });
  assert.deepEqual(read('A: b', true), {
    type: 'message',
    subtype: 'rfc822',
    params: [],
    encoding: '7bit',
  });
  assert.equal(read('Content-Type: text/x', true).subtype, 'x');
});

test('every field is read', () => {
  const header = [
    'Content-Type: IMAGE/Png; Name="a.png"',
    'CONTENT-TRANSFER-ENCODING: Base64 (comment)',
    'Content-Disposition: Inline; FileName=b.png',
    'Content-ID: <x@y>',
    'Content-Description: a\r\n picture',
    'Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==',
    'Content-Language: en, de-AT (Austria),, x y',
    'Content-Location: http://a.test/b c',
  ];
  assert.deepEqual(read(header.join('\r\n')), {
    type: 'image',
    subtype: 'png',
    params: [['name', 'a.png']],
    encoding: 'base64',
    disposition: { type: 'inline', params: [['filename', 'b.png']] },
    id: '<x@y>',
    description: 'a picture',
    md5: 'Q2hlY2sgSW50ZWdyaXR5IQ==',
    language: ['en', 'de-AT', 'x'],
    location: 'http://a.test/b c',
  });
});

test('the first of several counts, an empty one is none', () => {
  assert.equal(read('Content-Type: a/b\r\nContent-Type: c/d').type, 'a');
  assert.deepEqual(read('Content-Id:\r\nContent-Type: \r\nContent-Language: ,'), {
    ...PLAIN,
    encoding: '7bit',
  });
});

for (const [text, type, subtype, params] of [
  ['text/html', 'text', 'html', []],
  ['(a) text (b) / (c) html (d)', 'text', 'html', []],
  ['text/html;', 'text', 'html', []],
  ['text/html charset=utf-8', 'text', 'html', [['charset', 'utf-8']]],
  ['application/vnd.a+b.c', 'application', 'vnd.a+b.c', []],
  // RFC 2045 §5.2: what names no type is plain text.
  ['text', 'text', 'plain', [['charset', 'us-ascii']]],
  ['/', 'text', 'plain', [['charset', 'us-ascii']]],
  ['text/', 'text', 'plain', [['charset', 'us-ascii']]],
  ['"text/html"', 'text', 'plain', [['charset', 'us-ascii']]],
  ['text; charset=utf-8', 'text', 'plain', [['charset', 'utf-8']]],
  ['charset=utf-8', 'text', 'plain', [['charset', 'utf-8']]],
  ['; charset=utf-8', 'text', 'plain', [['charset', 'utf-8']]],
] as const)
  test(`the type of «${text}»`, () => {
    assert.deepEqual(parseContentType(text), { type, subtype, params });
  });

for (const [text, expected] of [
  ['attachment', { type: 'attachment', params: [] }],
  ['ATTACHMENT; filename=a', { type: 'attachment', params: [['filename', 'a']] }],
  ['; filename="a"', { type: 'attachment', params: [['filename', 'a']] }],
  ['filename=a', { type: 'attachment', params: [['filename', 'a']] }],
  ['x-other', { type: 'x-other', params: [] }],
  [';', undefined],
] as const)
  test(`the disposition of «${text}»`, () => {
    assert.deepEqual(parseDisposition(text), expected);
  });

for (const [text, expected] of [
  ['8BIT', '8bit'],
  ['"base64"', 'base64'],
  ['quoted-printable;', 'quoted-printable'],
  ['x-uuencode', 'x-uuencode'],
  ['7 bit', '7bit'],
  ['8-Bits', '8bit'],
  ['8bitter', '8bitter'],
  ['?', '7bit'],
] as const)
  test(`the encoding of «${text}»`, () => {
    assert.equal(read(`Content-Transfer-Encoding: ${text}`).encoding, expected);
  });
