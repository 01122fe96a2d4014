import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { concat, fromLatin1, storable, utf8 } from '#bytes';
import { summarize } from './summary.ts';

const of = (...lines: string[]) => summarize(utf8(`${lines.join('\r\n')}\r\n\r\nbody\r\n`));

test('a message is summarised from its header', () => {
  const summary = of(
    'Received: from x',
    'From: =?UTF-8?B?5bGx55Sw?= <Taro@Example.NET>',
    'To: "Bob, B" <bob@example.test>, carol@example.test (Carol)',
    'Cc: Team: dave@example.test;',
    'Subject: Re: [list] =?ISO-2022-JP?B?GyRCJDMkcyRLJEEkTxsoQg==?=',
    ' World',
    'Date: Tue, 24 Nov 2026 11:51:44 +0900',
    'Message-ID: <1@example.net>',
    'In-Reply-To: <0@example.test>',
    'References: <a@x> <b@x>',
    '\t<0@example.test>',
  );
  assert.deepEqual(summary, {
    subject: 'Re: [list] こんにちは World',
    baseSubject: 'こんにちは world',
    from: [{ name: '山田', localPart: 'Taro', domain: 'example.net' }],
    to: [
      { name: 'Bob, B', localPart: 'bob', domain: 'example.test' },
      { name: 'Carol', localPart: 'carol', domain: 'example.test' },
    ],
    cc: [{ name: '', localPart: 'dave', domain: 'example.test' }],
    leadingGroups: { cc: 'Team' },
    date: Date.UTC(2026, 10, 24, 2, 51, 44),
    messageId: '1@example.net',
    inReplyTo: ['0@example.test'],
    references: ['a@x', 'b@x', '0@example.test'],
  });
});

test('a message without any of these fields has an empty summary', () => {
  const empty = {
    subject: '',
    baseSubject: '',
    from: [],
    to: [],
    cc: [],
    date: undefined,
    messageId: undefined,
    inReplyTo: [],
    references: [],
  };
  assert.deepEqual(summarize(utf8('')), empty);
  assert.deepEqual(of('X-Other: 1'), empty);
});

test('of a repeated field the first counts', () => {
  assert.equal(of('Subject: one', 'subject: two').subject, 'one');
});

test('a field that breaks its grammar still shows names and addresses', () => {
  assert.deepEqual(of('From: x@y.test <a@b.test>').from, [
    { name: 'x@y.test', localPart: 'a', domain: 'b.test' },
  ]);
  assert.deepEqual(of('From: Mail Delivery System <>').from, [
    { name: 'Mail Delivery System', localPart: '', domain: '' },
  ]);
  assert.deepEqual(of('From: Mail Delivery Subsystem <MAILER-DAEMON>').from, [
    { name: 'Mail Delivery Subsystem', localPart: 'MAILER-DAEMON', domain: '' },
  ]);
  assert.deepEqual(of('To: postmaster, a..b@C.test').to, [
    { name: '', localPart: 'postmaster', domain: '' },
    { name: '', localPart: 'a..b', domain: 'c.test' },
  ]);
  assert.deepEqual(of('To: Some body, [x] =?utf-8?q?=C3=A9@?= <c@d.test>, e@f.test').to, [
    { name: 'Some body', localPart: '', domain: '' },
    { name: '[x] é@', localPart: 'c', domain: 'd.test' },
    { name: '', localPart: 'e', domain: 'f.test' },
  ]);
});

test('only the group that a field begins with is kept by its name', () => {
  assert.deepEqual(of('To: =?utf-8?q?=C3=A9quipe?=:;, a@b.test').leadingGroups, { to: 'équipe' });
  assert.deepEqual(of('From: ,, Both: a@b.test, c@d.test;').leadingGroups, { from: 'Both' });
  assert.equal(of('Cc: a@b.test, Team: c@d.test;').leadingGroups, undefined);
});

test('raw 8-bit and raw ISO-2022-JP text is shown as well as it can be', () => {
  assert.equal(of('Subject: 生の日本語').subject, '生の日本語');
  assert.equal(summarize(fromLatin1('Subject: caf\xe9\r\n\r\n')).subject, 'café');
  assert.equal(
    summarize(fromLatin1('Subject: \x1b$B$3$s$K$A$O\x1b(B!\r\n\r\n')).subject,
    'こんにちは!',
  );
});

test('everything is bounded', () => {
  const many = 'a@b.test, '.repeat(30_000);
  const summary = of(
    `Subject: ${'x'.repeat(5_000)}`,
    `From: ${'n'.repeat(1_000)} <a@b.test>`,
    `To: ${many}`,
    `Cc: ${'x <a@b.test> '.repeat(10_000)}`,
    `References: ${'<a@b> '.repeat(5_000)}`,
  );
  assert.equal(summary.subject.length, 998);
  assert.equal(summary.from[0]!.name.length, 320);
  assert.equal(summary.to.length, 100);
  assert.ok(summary.cc.length <= 100);
  assert.equal(summary.references.length, 50);
});

test('every text of every summary can be stored', () => {
  const part = fc.constantFrom(
    'From: ',
    'To:',
    'Subject: ',
    'References: ',
    'Date:',
    '\r\n',
    ' ',
    '\0',
    '"',
    '\\',
  );
  const more = fc.constantFrom(
    '<',
    '>',
    '@',
    'a',
    ',',
    ':',
    ';',
    '(',
    ')',
    '=?utf-8?q?=00=ED=A0=80?=',
    'é',
    '\x1b$B',
  );
  const octets = fc
    .array(fc.oneof(part.map(utf8), more.map(utf8), fc.uint8Array({ maxLength: 3 })), {
      maxLength: 40,
    })
    .map((parts) => concat(parts.length === 0 ? [utf8('')] : parts));
  fc.assert(
    fc.property(octets, (bytes) => {
      for (const text of texts(summarize(bytes))) assert.equal(storable(text), text);
    }),
    { numRuns: 1500 },
  );
});

function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}
