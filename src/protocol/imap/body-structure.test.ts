import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromLatin1 } from '#bytes';
import { parseStructure } from '#protocol/message/body/parse-structure';
import { formatBody, formatBodyStructure } from './body-structure.ts';

const part = (...lines: string[]) => parseStructure(fromLatin1(lines.join('\r\n'))).part;
const NO_ENVELOPE = '(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)';

test('a message without MIME', () => {
  const plain = part('Subject: x', '', 'body', '');
  assert.equal(
    formatBody(plain, false),
    '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 6 1)',
  );
  assert.equal(
    formatBodyStructure(plain, false),
    '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 6 1 NIL NIL NIL NIL)',
  );
});

test('every field of a part has its place', () => {
  const image = part(
    'Content-Type: image/png; name="a b"',
    'Content-Transfer-Encoding: BASE64',
    'Content-ID: <i>',
    'Content-Description: d "e"',
    'Content-MD5: m',
    'Content-Disposition: inline; filename=f; size=3',
    'Content-Language: en, de',
    'Content-Location: l',
    '',
    'AAAA',
  );
  const body = '"image" "png" ("name" "a b") "<i>" "d \\"e\\"" "base64" 4';
  assert.equal(formatBody(image, false), `(${body})`);
  assert.equal(
    formatBodyStructure(image, false),
    `(${body} "m" ("inline" ("filename" "f" "size" "3")) ("en" "de") "l")`,
  );
});

test('a multipart has its parts before its subtype', () => {
  const multipart = part(
    'Content-Type: multipart/mixed; boundary=b',
    'Content-Language: en',
    '',
    '--b',
    '',
    'a',
    '--b',
    'Content-Type: x/y',
    'Content-Disposition: attachment',
    '',
    'b',
    '--b--',
  );
  assert.equal(
    formatBody(multipart, false),
    '(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 1 0)("x" "y" NIL NIL NIL "7bit" 1) "mixed")',
  );
  assert.equal(
    formatBodyStructure(multipart, false),
    '(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 1 0 NIL NIL NIL NIL)("x" "y" NIL NIL NIL "7bit" 1 NIL ("attachment" NIL) NIL NIL) "mixed" ("boundary" "b") NIL ("en") NIL)',
  );
});

test('a message part has envelope, body and lines', () => {
  const message = part(
    'Content-Type: message/rfc822',
    '',
    'Subject: s',
    'Content-Type: text/html',
    '',
    'a',
    'b',
  );
  assert.equal(
    formatBody(message, false),
    `("message" "rfc822" NIL NIL NIL "7bit" 43 ${NO_ENVELOPE.replace('NIL NIL', 'NIL "s"')} ("text" "html" NIL NIL NIL "7bit" 4 1) 4)`,
  );
});

test('a message that is encoded is told as octets that anyone can save', () => {
  const message = part(
    'Content-Type: message/rfc822; name=m.eml',
    'Content-Transfer-Encoding: base64',
    '',
    'QTogMQ==',
  );
  assert.equal(
    formatBody(message, false),
    '("application" "octet-stream" ("name" "m.eml") NIL NIL "base64" 8)',
  );
});

test('octets above 127 are literals, or UTF-8 in quotes for whom takes it', () => {
  const named = part('Content-Type: a/b; name="\xc3\xa9"', '', '');
  assert.equal(formatBody(named, false), '("a" "b" ("name" {2}\r\n\xc3\xa9) NIL NIL "7bit" 0)');
  assert.equal(formatBody(named, true), '("a" "b" ("name" "\xc3\xa9") NIL NIL "7bit" 0)');
});
