import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromLatin1 } from '#bytes';
import { parseEnvelope } from '#protocol/message/header/envelope';
import { formatEnvelope, formatNstring, formatString } from './envelope.ts';

const envelope = (header: string) =>
  formatEnvelope(parseEnvelope(fromLatin1(`${header}\r\n\r\n`)), false);

test('the envelope of RFC 9051 §8 is written as there', () => {
  const header = [
    'Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)',
    'From: Terry Gray <gray@cac.washington.edu>',
    'Subject: IMAP4rev2 WG mtg summary and minutes',
    'To: imap@cac.washington.edu',
    'cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>',
    'Message-Id: <B27397-0100000@cac.washington.ed>',
  ];
  const gray = '(("Terry Gray" NIL "gray" "cac.washington.edu"))';
  assert.equal(
    envelope(header.join('\r\n')),
    `("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev2 WG mtg summary and minutes" ${gray} ${gray} ${gray} ((NIL NIL "imap" "cac.washington.edu")) ((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL NIL "<B27397-0100000@cac.washington.ed>")`,
  );
});

test('absent fields are NIL, empty ones are empty', () => {
  assert.equal(envelope('X: y'), '(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)');
  assert.equal(envelope('Subject:'), '(NIL "" NIL NIL NIL NIL NIL NIL NIL NIL)');
});

test('groups are marked', () => {
  assert.match(
    envelope('To: g: a@b;'),
    /\(\(NIL NIL "g" NIL\)\(NIL NIL "a" "b"\)\(NIL NIL NIL NIL\)\)/,
  );
});

test('a string is quoted where that can be, else a literal of octets', () => {
  for (const [octets, plain, utf8] of [
    ['', '""', '""'],
    ['a b', '"a b"', '"a b"'],
    ['a"\\', '"a\\"\\\\"', '"a\\"\\\\"'],
    ['\t\x01', '"\t\x01"', '"\t\x01"'],
    ['\xc3\xa9"', '{3}\r\n\xc3\xa9"', '"\xc3\xa9\\""'],
    ['\xe9', '{1}\r\n\xe9', '{1}\r\n\xe9'],
    ['a\r\nb', '{4}\r\na\r\nb', '{4}\r\na\r\nb'],
  ] as const) {
    assert.equal(formatString(octets, false), plain);
    assert.equal(formatString(octets, true), utf8);
  }
  assert.equal(formatNstring(null, false), 'NIL');
  assert.equal(formatNstring(undefined, false), 'NIL');
  assert.equal(formatNstring('NIL', false), '"NIL"');
});
