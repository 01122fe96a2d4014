import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '#bytes';
import { formatMailbox } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import { splitHeader } from '#protocol/message/header/fields';
import { judgeAuthors, mayUse } from './author.ts';

const SEND_AS = {
  addresses: new Set(['alice@example.test', 'alice.b@example.test', '山田@example.test']),
  domains: new Set(['shop.test']),
};

test('own addresses in any case, their subaddresses, and every address of an own domain may be used', () => {
  const mine = [
    'alice@example.test',
    'Alice@EXAMPLE.test',
    'alice+news@example.test',
    'alice+a+b@example.test',
    'alice.b@example.test',
    'anyone@shop.test',
    '山田@example.test',
    '山田+x@example.test',
    '"alice"@example.test',
  ];
  const foreign = [
    'bob@example.test',
    'alice@other.test',
    'alice@sub.example.test',
    'anyone@sub.shop.test',
    'alice@shop.test.other.test',
    '+alice@example.test',
    'alice-news@example.test',
    'alicenews@example.test',
    'bob+alice@example.test',
    '"alice@example.test"@other.test',
    '"alice@example.test+x"@other.test',
    '"alice+x@example.test"@other.test',
  ];
  for (const text of mine) assert.ok(mayUse(SEND_AS, parseMailbox(text)!), text);
  for (const text of foreign) assert.ok(!mayUse(SEND_AS, parseMailbox(text)!), text);
});

/** What the judgement comes to, in a word or two. */
function judged(...fields: readonly string[]): string {
  const head = utf8(`${fields.join('\r\n')}\r\n\r\n`);
  const result = judgeAuthors(SEND_AS, head, splitHeader(head));
  if (result.kind === 'permitted') return result.from.map(formatMailbox).join(' ');
  const { refusal } = result;
  return [refusal.kind, refusal.field, 'address' in refusal ? refusal.address : '']
    .join(' ')
    .trim();
}

const MINE = 'From: Alice <alice@example.test>';

const TABLE: readonly (readonly [behaviour: string, fields: readonly string[], result: string])[] =
  [
    ['the own address as author', [MINE], 'alice@example.test'],
    ['no author at all, which is added', ['Subject: x'], ''],
    [
      'several own addresses as authors',
      ['From: alice@example.test, Shop <news@shop.test>', 'Sender: alice@example.test'],
      'alice@example.test news@shop.test',
    ],
    ['another author', ['From: bob@example.test'], 'not-yours From bob@example.test'],
    [
      'another author beside the own',
      ['From: alice@example.test, bob@example.test'],
      'not-yours From bob@example.test',
    ],
    [
      'another author under the own name',
      ['From: "alice@example.test" <bob@example.test>'],
      'not-yours From bob@example.test',
    ],
    [
      'another author in a group',
      ['From: team: alice@example.test, bob@example.test;'],
      'not-yours From bob@example.test',
    ],
    [
      'another author on a continued line',
      ['From: alice@example.test,', ' bob@example.test'],
      'not-yours From bob@example.test',
    ],
    [
      'another author in a field with a blank before its colon',
      ['FROM : bob@example.test'],
      'not-yours From bob@example.test',
    ],
    ['two fields of authors', [MINE, MINE], 'repeated-field From'],
    [
      'two senders',
      [MINE, 'Sender: alice@example.test', 'SENDER: alice@example.test'],
      'repeated-field Sender',
    ],
    ['no mailbox in the author field', ['From: undisclosed:;'], 'unreadable-field From'],
    ['an empty author field', ['From:'], 'unreadable-field From'],
    [
      'an author field that cannot be read',
      ['From: alice@example.test <'],
      'unreadable-field From',
    ],
    ['another sender', [MINE, 'Sender: bob@example.test'], 'not-yours Sender bob@example.test'],
    ['a sender that cannot be read', [MINE, 'Sender: <>'], 'unreadable-field Sender'],
    ['the own subaddress as sender', [MINE, 'Sender: alice+x@example.test'], 'alice@example.test'],
    [
      'a message of another that is sent on',
      [MINE, 'Resent-From: bob@example.test'],
      'not-yours Resent-From bob@example.test',
    ],
    [
      'a second passage on in the name of another',
      [MINE, 'Resent-From: alice@example.test', 'Resent-From: bob@example.test'],
      'not-yours Resent-From bob@example.test',
    ],
    [
      'another sender of a message that is sent on',
      [MINE, 'Resent-From: alice@example.test', 'Resent-Sender: bob@example.test'],
      'not-yours Resent-Sender bob@example.test',
    ],
    [
      'own addresses wherever a message is sent on',
      [MINE, 'Resent-From: alice@example.test', 'Resent-Sender: x@shop.test'],
      'alice@example.test',
    ],
    [
      'replies to another, which is no authorship',
      [MINE, 'Reply-To: bob@example.test'],
      'alice@example.test',
    ],
  ];

for (const [behaviour, fields, result] of TABLE) {
  test(`an author is judged: ${behaviour}`, () => {
    assert.equal(judged(...fields), result);
  });
}
