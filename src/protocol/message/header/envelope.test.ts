import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromLatin1, utf8 } from '#bytes';
import { parseEnvelope } from './envelope.ts';

const EMPTY = {
  date: null,
  subject: null,
  from: [],
  sender: [],
  replyTo: [],
  to: [],
  cc: [],
  bcc: [],
  inReplyTo: null,
  messageId: null,
};

test('every field of an envelope is read, raw and unfolded', () => {
  const header = [
    'Date: Thu, 15 Feb 2007\r\n\t01:02:03 +0200',
    'Subject: =?utf-8?Q?a?= \r\n =?utf-8?Q?b?=',
    'From: F <f@a.test>',
    'Sender: S <s@a.test>',
    'Reply-To: R <r@a.test>',
    'To: T <t@a.test>',
    'Cc: C <c@a.test>',
    'BCC: B <b@a.test>',
    'In-Reply-To: <x@y> <z@y>',
    'Message-Id: <m@y>',
  ];
  assert.deepEqual(parseEnvelope(utf8(`${header.join('\r\n')}\r\n\r\n`)), {
    date: 'Thu, 15 Feb 2007\t01:02:03 +0200',
    subject: '=?utf-8?Q?a?=  =?utf-8?Q?b?=',
    from: [['F', null, 'f', 'a.test']],
    sender: [['S', null, 's', 'a.test']],
    replyTo: [['R', null, 'r', 'a.test']],
    to: [['T', null, 't', 'a.test']],
    cc: [['C', null, 'c', 'a.test']],
    bcc: [['B', null, 'b', 'a.test']],
    inReplyTo: '<x@y> <z@y>',
    messageId: '<m@y>',
  });
});

test('an absent field is null, an empty one is empty', () => {
  assert.deepEqual(parseEnvelope(utf8('\r\nSubject: in the body')), EMPTY);
  assert.deepEqual(parseEnvelope(utf8('Subject:\r\nTo: \r\n\r\n')), { ...EMPTY, subject: '' });
});

test('sender and reply-to that are absent or empty are the list of from itself', () => {
  const { from, sender, replyTo } = parseEnvelope(utf8('From: a@b\r\nSender: ,\r\n\r\n'));
  assert.equal(sender, from);
  assert.equal(replyTo, from);
});

test('octets stay octets, but for those that a string of IMAP cannot have', () => {
  assert.equal(parseEnvelope(utf8('Subject: é\r\n\r\n')).subject, '\xc3\xa9');
  assert.equal(
    parseEnvelope(fromLatin1('Subject: a\0b\rc\x01\xff\r\n\r\n')).subject,
    'a b c\x01\xff',
  );
});

test('of a repeated field the first counts, of address fields all', () => {
  const envelope = parseEnvelope(utf8('Subject: 1\r\nTo: a@b\r\nSubject: 2\r\nTo: c@d\r\n\r\n'));
  assert.equal(envelope.subject, '1');
  assert.deepEqual(envelope.to, [
    [null, null, 'a', 'b'],
    [null, null, 'c', 'd'],
  ]);
});

test('a long field is cut off', () => {
  assert.equal(parseEnvelope(utf8(`Subject: ${'x'.repeat(1e6)}\r\n\r\n`)).subject!.length, 65_535);
  assert.equal(parseEnvelope(utf8('To: a@b\r\n'.repeat(4_000))).to.length, 10);
});
