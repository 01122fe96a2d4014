import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { latin1, utf8 } from '#bytes';
import { splitHeader } from '#protocol/message/header/fields';
import { leavingAddress, leavingAsked, leavingExpansion } from './by-mail.ts';
import { wayOutFields, wayOutOf } from './offer.ts';
import { openToken, tokenKeys } from './token.ts';

const KEYS = tokenKeys(Buffer.alloc(32, 9));
const PAGE = 'https://mail.example.test/u/';
const OFFERED = {
  tenantId: '1',
  messageId: '01k5s0c3rv4m7',
  domain: 'example.test',
  listId: undefined,
};

function fieldsFor(localPart: string, page: string | undefined = PAGE): string {
  const recipient = { id: 1, mailbox: { localPart, domain: 'other.test' } };
  return latin1(wayOutFields({ keys: KEYS, page }, OFFERED, recipient)!);
}

test('the fields are ASCII lines that mail allows, whoever the recipient is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), (localPart) => {
      const fields = fieldsFor(localPart);
      assert.match(
        fields,
        /^List-Unsubscribe: <https:\/\/mail\.example\.test\/u\/[\w-]+>,\r\n <mailto:unsubscribe-[a-z2-7]{8}@example\.test\?subject=[\w-]+>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n$/,
      );
      for (const line of fields.split('\r\n')) assert.ok(line.length <= 998);
    }),
  );
});

test('of the longest domains too; and there are none where the address is too long for them', () => {
  const label = 'x'.repeat(61);
  const domain = `${label}.${label}.${label}.${label}.test`;
  const recipient = { id: 1, mailbox: { localPart: 'y'.repeat(64), domain: 'other.test' } };
  const listId = 'z'.repeat(200);
  const fields = latin1(
    wayOutFields({ keys: KEYS, page: PAGE }, { ...OFFERED, domain, listId }, recipient)!,
  );
  for (const line of fields.split('\r\n')) assert.ok(line.length <= 998, String(line.length));
  const long = { id: 1, mailbox: { localPart: 'y'.repeat(600), domain: 'other.test' } };
  assert.equal(wayOutFields({ keys: KEYS, page: PAGE }, OFFERED, long), undefined);
});

test('without a page there is mail alone, and no promise of a click', () => {
  const recipient = { id: 1, mailbox: { localPart: 'bob', domain: 'other.test' } };
  const fields = latin1(wayOutFields({ keys: KEYS, page: undefined }, OFFERED, recipient)!);
  assert.match(fields, /^List-Unsubscribe: <mailto:[^>]+>\r\n$/);
});

test('what the author gave is told by its form', () => {
  const given = (header: string) => {
    const head = utf8(`${header}\r\n\r\n`);
    return wayOutOf({ head, header: splitHeader(head) });
  };
  assert.equal(given('Subject: x'), 'none');
  assert.equal(given('List-Unsubscribe: <mailto:x@y.test>'), 'other');
  assert.equal(given('List-Unsubscribe: <https://y.test/>'), 'other');
  const post = 'List-Unsubscribe-Post: List-Unsubscribe=One-Click';
  assert.equal(
    given(`List-Unsubscribe: <mailto:x@y.test>,\r\n <https://y.test/>\r\n${post}`),
    'one-click',
  );
  assert.equal(given(`List-Unsubscribe: <http://y.test/>\r\n${post}`), 'other');
});

test('the address is one of the domain that nobody else has, in any case', () => {
  const address = leavingAddress(KEYS, 'example.test');
  const [localPart, domain] = address.split('@') as [string, string];
  assert.ok(leavingExpansion(KEYS, { localPart: localPart.toUpperCase(), domain })?.isLeaving);
  assert.equal(leavingExpansion(KEYS, { localPart, domain: 'other.test' }), undefined);
  assert.equal(leavingExpansion(KEYS, { localPart: 'unsubscribe-aaaaaaaa', domain }), undefined);
  assert.equal(leavingExpansion(KEYS, { localPart: 'unsubscribe', domain }), undefined);
  assert.notEqual(leavingAddress(tokenKeys(Buffer.alloc(32, 8)), 'example.test'), address);
});

test('the subject is a token as it was written, or as programs fold it; nothing else is asked', () => {
  const fields = fieldsFor('bob');
  const token = /subject=([\w-]+)/.exec(fields)![1]!;
  const asked = (header: string) => {
    const head = utf8(`${header}\r\n\r\n`);
    return leavingAsked(KEYS, head, splitHeader(head));
  };
  const expected = openToken(KEYS, token);
  assert.ok(expected);
  assert.deepEqual(asked(`Subject: ${token}`), expected);
  assert.deepEqual(asked(`Subject:\r\n ${token.slice(0, 30)}\r\n\t${token.slice(30)}`), expected);
  for (const header of ['Subject: unsubscribe', `Subject: Re: ${token}`, `X: ${token}`, 'Subject:'])
    assert.equal(asked(header), undefined, header);
});
