/**
 * The is_email test set of Dominic Sayers: every case against both address grammars.
 * The parser of SMTP paths takes VALID, DNSWARN and RFC5321 and refuses the rest; the parser of message headers takes all
 * but ERR. A case that contradicts the RFCs is an
 * exception, printed and counted.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAddressList } from '#protocol/address/address-list';
import { isSmtpMailbox, parseForwardPath, parseMailbox } from '#protocol/address/path';
import { type Category, type IsEmailCase, readCases } from './address-isemail/cases.ts';

const SMTP_TAKES: ReadonlySet<Category> = new Set(['VALID', 'DNSWARN', 'RFC5321']);

const HYPHEN =
  'RFC 5322 §3.4.1 makes the domain of a header a dot-atom, in which a hyphen may stand anywhere; host name rules are those of SMTP, where the case is refused';

/** Cases of class ERR that the grammar of headers takes all the same: id → why. */
const HEADER_EXCEPTIONS: ReadonlyMap<number, string> = new Map([
  [30, HYPHEN],
  [31, HYPHEN],
  [102, HYPHEN],
  [160, 'RFC 6532 §3.2 (2012) extends VCHAR, and with it quoted-pair, by UTF-8; the set is of 2010'],
]);

const cases = readCases();

test('the set has its 164 cases', () => {
  assert.equal(cases.length, 164);
  assert.equal(new Set(cases.map(({ id }) => id)).size, 164);
});

for (const item of cases) {
  test(`SMTP path, case ${item.id} ${item.diagnosis}: ${show(item)}`, () => {
    const path = parseForwardPath(`<${item.address}>`);
    assert.equal(path.kind === 'path', SMTP_TAKES.has(item.category), JSON.stringify(path));
    assert.equal(parseMailbox(item.address) !== undefined, SMTP_TAKES.has(item.category));
  });

  test(`header, case ${item.id} ${item.diagnosis}: ${show(item)}`, (t) => {
    const list = parseAddressList(item.address);
    const read = list.kind === 'addresses' && list.mailboxes.length === 1;
    const exception = HEADER_EXCEPTIONS.get(item.id);
    if (exception !== undefined) {
      t.diagnostic(`exception, case ${item.id}: ${exception}`);
      assert.equal(item.category, 'ERR');
      assert.ok(read, JSON.stringify(list));
      return;
    }
    assert.equal(read, item.category !== 'ERR', JSON.stringify(list));
  });

  if (SMTP_TAKES.has(item.category))
    test(`both grammars agree on case ${item.id}: ${show(item)}`, () => {
      const list = parseAddressList(item.address);
      assert.ok(list.kind === 'addresses');
      const { mailbox } = list.mailboxes[0]!;
      assert.deepEqual(mailbox, parseMailbox(item.address));
      assert.ok(isSmtpMailbox(mailbox));
    });
}

test('the exceptions are counted', () => {
  assert.equal(HEADER_EXCEPTIONS.size, 4);
});

function show(item: IsEmailCase): string {
  return JSON.stringify(item.address);
}
