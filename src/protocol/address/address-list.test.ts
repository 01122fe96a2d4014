import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { computedFor } from '../../../test/support/time/cpu-time.ts';
import { parseAddressList } from './address-list.ts';
import type { SyntaxReason } from './cfws.ts';
import { formatMailbox } from './mailbox.ts';

/** The list as lines `name <address> [group]`, or its reason. */
function read(text: string): string[] | SyntaxReason {
  const list = parseAddressList(text);
  if (list.kind === 'error') return list.reason;
  return list.mailboxes.map(({ displayName, mailbox, group }) =>
    [
      ...(displayName === undefined ? [] : [displayName]),
      `<${formatMailbox(mailbox)}>`,
      ...(group === undefined ? [] : [`[${group}]`]),
    ].join(' '),
  );
}

test('names and addresses of a list come out in order', () => {
  assert.deepEqual(read('a@b.test, Carol <c@d.test>,"E, F" <e@f.test>'), [
    '<a@b.test>',
    'Carol <c@d.test>',
    'E, F <e@f.test>',
  ]);
});

test('a display name keeps dots, single spaces and encoded words', () => {
  assert.deepEqual(read('John  Q. Public <a@b.test>'), ['John Q. Public <a@b.test>']);
  assert.deepEqual(read('=?UTF-8?Q?J=C3=BCrgen?= =?UTF-8?B?TQ==?= <a@b.test>'), [
    '=?UTF-8?Q?J=C3=BCrgen?= =?UTF-8?B?TQ==?= <a@b.test>',
  ]);
  assert.deepEqual(read('"Joe \\"J\\" Q" Public(x)Jr <a@b.test>'), [
    'Joe "J" Q Public Jr <a@b.test>',
  ]);
  assert.deepEqual(read('山田 太郎 <用户@例え.jp>'), ['山田 太郎 <用户@xn--r8jz45g.jp>']);
  assert.deepEqual(read('"" <a@b.test>'), [' <a@b.test>']);
});

test('the comment after a bare address is the name of its owner', () => {
  assert.deepEqual(read('a@b.test (Carol (the \\(first\\)))'), ['Carol (the (first)) <a@b.test>']);
  assert.deepEqual(read('(before) a@b.test, c@d.test'), ['<a@b.test>', '<c@d.test>']);
});

test('groups are flattened under their name; empty ones are kept by name', () => {
  const list = parseAddressList(
    'Team: a@b.test, C <c@d.test>;, undisclosed-recipients:;, e@f.test',
  );
  assert.ok(list.kind === 'addresses');
  assert.deepEqual(
    list.mailboxes.map(({ group }) => group),
    ['Team', 'Team', undefined],
  );
  assert.deepEqual(list.groups, ['Team', 'undisclosed-recipients']);
  assert.deepEqual(read('undisclosed-recipients:'), []);
});

test('obsolete forms are read: routes, empty elements, white space and comments at every dot', () => {
  assert.deepEqual(read('Pete(x) <pete(y)@silly.test(z)>'), ['Pete <pete@silly.test>']);
  assert.deepEqual(read('Mary <@node.test,,@other.test:mary@example.net>, , jdoe@test  .example'), [
    'Mary <mary@example.net>',
    '<jdoe@test.example>',
  ]);
  assert.deepEqual(read('a . "b c" (x) . d(y) @ e . test'), ['<"a.b c.d"@e.test>']);
  assert.deepEqual(read(''), []);
  assert.deepEqual(read(' (nobody) '), []);
});

test('folded text is read like unfolded', () => {
  assert.deepEqual(read('Carol\r\n <c@d.test>,\r\n\t"E\r\n F" <e@f.test>'), [
    'Carol <c@d.test>',
    'E F <e@f.test>',
  ]);
});

for (const [text, reason] of [
  ['Carol', 'no-address'],
  ['Carol, a@b.test', 'no-address'],
  ['a@b.test c@d.test', 'bad-separator'],
  ['a@b.test; c@d.test', 'bad-separator'],
  ['a@b.test <a@b.test>', 'bad-separator'],
  ['"Carol <a@b.test>', 'bad-quoted-string'],
  ['Carol (x <a@b.test>', 'bad-comment'],
  ['Carol <a@b.test', 'bad-angle-address'],
  ['Carol <>', 'bad-local-part'],
  ['Carol <a>', 'bad-local-part'],
  ['Carol <,a@b.test>', 'bad-angle-address'],
  ['<@x.test,a@b.test>', 'bad-angle-address'],
  ['a@', 'bad-domain'],
  ['a@[b', 'bad-domain'],
  ['a@b..test', 'bad-domain'],
  ['a..a@b.test', 'bad-local-part'],
  ['.a <a@b.test>', 'bad-local-part'],
  ['a@b.test\r\nc', 'bad-folding'],
  ['G: H: a@b.test;;', 'bad-local-part'],
  ['G: a@b.test; c@d.test', 'bad-separator'],
  ['a@b.test,'.repeat(25_000), 'too-many-addresses'],
  [`G:${'a@b.test,'.repeat(25_000)};`, 'too-many-addresses'],
  ['g:;,'.repeat(25_000), 'too-many-addresses'],
] as const)
  test(`${reason}: ${JSON.stringify(text.slice(0, 40))}`, () => {
    assert.equal(read(text), reason);
  });

test('a domain that could break out of an envelope is made harmless', () => {
  assert.deepEqual(read('a@[b\\] > SIZE=1]'), ['<a@[b\ufffd\ufffdsize=1]>']);
  assert.deepEqual(read('a@Iana/Icann.org'), ['<a@iana/icann.org>']);
});

test('time stays linear on hostile input', () => {
  const size = 200_000;
  const started = computedFor();
  for (const text of [
    '('.repeat(size),
    '()'.repeat(size),
    '\\"'.repeat(size),
    'a.'.repeat(size),
    'a '.repeat(size),
    'a@b '.repeat(size),
    `<${'@a,'.repeat(size)}`,
    `a@${'b.'.repeat(size)}`,
    `a@[${'b '.repeat(size)}]`,
    ' \r\n'.repeat(size),
    ','.repeat(size),
    'a:,'.repeat(size),
  ])
    parseAddressList(text);
  // About 50 ms in all; quadratic time on one of them would be minutes.
  assert.ok(computedFor() - started < 5_000);
});

test('a list of formatted mailboxes reads back as itself', () => {
  const mailbox = fc.record({
    localPart: fc.string({
      unit: fc.constantFrom(...'ab.@" \\%<>(),:;é'.split('')),
      maxLength: 12,
    }),
    domain: fc.constantFrom('example.test', 'xn--r8jz45g.jp', '[192.0.2.1]', '[IPv6:2001:db8::1]'),
  });
  fc.assert(
    fc.property(fc.array(mailbox, { maxLength: 5 }), (records) => {
      const mailboxes = records.map(({ localPart, domain }) => ({ localPart, domain }));
      const bare = parseAddressList(mailboxes.map(formatMailbox).join(', '));
      const angled = parseAddressList(
        mailboxes.map((one) => `"x" <${formatMailbox(one)}>`).join(','),
      );
      assert.ok(bare.kind === 'addresses' && angled.kind === 'addresses');
      assert.deepEqual(
        bare.mailboxes,
        mailboxes.map((one) => ({ mailbox: one })),
      );
      assert.deepEqual(
        angled.mailboxes,
        mailboxes.map((one) => ({ displayName: 'x', mailbox: one })),
      );
    }),
  );
});

test('any text is read or refused with a place inside it', () => {
  const near = fc.string({
    unit: fc.constantFrom(...'<>@."\\[]:;, a()\r\n\t\0é'.split('')),
    maxLength: 40,
  });
  fc.assert(
    fc.property(near, (text) => {
      const list = parseAddressList(text);
      if (list.kind === 'error') assert.ok(list.at >= 0 && list.at <= text.length);
    }),
    { numRuns: 2000 },
  );
});
