import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base64, fromLatin1, utf8 } from '#bytes';
import { parseStructure } from './parse-structure.ts';
import { bodyText, headerText, type TextBudget } from './part-text.ts';

const inner = 'Subject: =?utf-8?Q?inner_=C3=A9?=\r\n\r\ninner text';
const MESSAGE = fromLatin1(
  [
    'Subject: =?iso-2022-jp?B?GyRCJDMkcxsoQg==?=',
    'X-Long: a',
    '  b',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    'preamble',
    '--b',
    'Content-Type: text/plain; charset=shift_jis',
    'Content-Transfer-Encoding: base64',
    '',
    base64(fromLatin1('\x82\xb1\x82\xf1')),
    '--b',
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    '<p>caf=C3=A9 <b>au</b> lait</p>',
    '--b',
    'Content-Type: application/pdf; name=hidden.pdf',
    "Content-Disposition: attachment; filename*=utf-8''%E6%97%A5.pdf",
    '',
    'no text',
    '--b',
    'Content-Type: message/rfc822',
    '',
    inner,
    '--b',
    'Content-Type: message/rfc822',
    'Content-Transfer-Encoding: base64',
    '',
    base64(fromLatin1(inner.replaceAll('inner', 'coded'))),
    '--b--',
  ].join('\r\n'),
);

const read = (message: Uint8Array, left = 1e6) => {
  const budget: TextBudget = { left, cut: false };
  const { part } = parseStructure(message);
  const header = [...headerText(message, part, budget)];
  const body = [...bodyText(message, part, budget)];
  return { header, body, ...budget };
};

test('every header is read, field by field, with the names of files', () => {
  assert.deepEqual(read(MESSAGE).header, [
    'Subject: こん',
    'X-Long: a  b',
    'Content-Type: multipart/mixed; boundary=b',
    'Content-Type: text/plain; charset=shift_jis',
    'Content-Transfer-Encoding: base64',
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
    'Content-Type: application/pdf; name=hidden.pdf',
    "Content-Disposition: attachment; filename*=utf-8''%E6%97%A5.pdf",
    '日.pdf',
    'Content-Type: message/rfc822',
    'Subject: inner é',
    'Content-Type: message/rfc822',
    'Content-Transfer-Encoding: base64',
    'Subject: coded é',
  ]);
});

test('every text is read, HTML also as it reads, messages in messages too', () => {
  assert.deepEqual(read(MESSAGE).body, [
    'こん',
    '<p>café <b>au</b> lait</p>',
    '\ncafé au lait\n',
    'inner text',
    'coded text',
  ]);
});

test('a budget bounds what comes, and tells that it did', () => {
  const whole = read(MESSAGE);
  assert.equal(whole.cut, false);
  const size = 1e6 - whole.left;
  for (let left = 0; left < size; left += 7) {
    const { header, body, cut, left: rest } = read(MESSAGE, left);
    const length = [...header, ...body].join('').length;
    assert.equal(length + rest, left);
    assert.equal(cut, true);
  }
  assert.equal(read(MESSAGE, size).cut, false);
});

test('a text is cut between characters', () => {
  const { body, cut } = read(utf8('Content-Type: text/plain; charset=utf-8\r\n\r\na𠮷b'), 41);
  assert.deepEqual(body, ['a\uFFFD']);
  assert.equal(cut, true);
});

test('a text in an unknown encoding or charset is read as it stands', () => {
  const message = utf8(
    'Content-Type: text/plain; charset=x\r\nContent-Transfer-Encoding: y\r\n\r\né=20',
  );
  assert.deepEqual(read(message).body, ['é=20']);
});

test('messages encoded in messages are read three deep', () => {
  let text = 'Subject: 0\r\n\r\ndeep';
  for (let level = 1; level <= 5; level++)
    text = `Subject: ${level}\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${text}`;
  const { header, body, cut } = read(fromLatin1(text));
  assert.deepEqual(
    header.filter((field) => field.startsWith('Subject')).map((field) => field.at(-1)),
    ['5', '4', '3', '2'],
  );
  assert.deepEqual(body, []);
  assert.equal(cut, true);
});

test('octets that are left unread are told, even where the rest gave less text than there was room for', () => {
  const padded = `${'=\r\n'.repeat(200)}end`;
  const body = fromLatin1(`Content-Transfer-Encoding: quoted-printable\r\n\r\n${padded}`);
  assert.equal(read(body, 1000).cut, false);
  const short: TextBudget = { left: 10, cut: false };
  assert.deepEqual([...bodyText(body, parseStructure(body).part, short)], ['']);
  assert.equal(short.cut, true);
  const field = fromLatin1(`X: ${'=?utf-8?Q??='.repeat(200)}end\r\n\r\n`);
  const narrow: TextBudget = { left: 10, cut: false };
  for (const _ of headerText(field, parseStructure(field).part, narrow));
  assert.equal(narrow.cut, true);
});
