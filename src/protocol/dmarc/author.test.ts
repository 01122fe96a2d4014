import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromLatin1, utf8 } from '#bytes';
import { splitHeader } from '#protocol/message/header/fields';
import { readAuthor, type Author } from './author.ts';

/** @param header text whose characters are written as UTF-8 */
function read(header: string): Author {
  return readOctets(utf8(header));
}

function readOctets(head: Uint8Array): Author {
  return readAuthor(splitHeader(head), head);
}

function from(value: string): string {
  return outcome(read(`Subject: x\r\nFrom: ${value}\r\nTo: b@c.example\r\n\r\nbody\r\n`));
}

/** One line for what was read: the domain, or the kind with its reason. */
function outcome(author: Author): string {
  if (author.kind === 'unreadable') return `unreadable ${author.reason}`;
  if (author.kind !== 'author') return author.kind;
  return [author.domain, ...author.tricks.map(({ kind }) => `(${kind})`)].join(' ');
}

const CASES: readonly (readonly [value: string, expected: string])[] = [
  // honest
  ['a@bank.example', 'bank.example'],
  ['A <a@bank.example>', 'bank.example'],
  ['"B, A" <a@BANK.Example>', 'bank.example'],
  ['a@bank.example (the bank)', 'bank.example'],
  ['The Bank (Tokyo) <a@bank.example>', 'bank.example'],
  ['=?utf-8?B?6YqA6KGM?= <a@bank.example>', 'bank.example'],
  ['銀行 <a@bank.example>', 'bank.example'],
  ['"a@bank.example" <a@bank.example>', 'bank.example'],
  ['a@bank.example, b@bank.example', 'bank.example'],
  ['"first last"@bank.example', 'bank.example'],
  ['a@銀行.example', 'xn--jn2ax2s.example'],
  ['a@銀行。example', 'xn--jn2ax2s.example'],
  ['a@xn--jn2ax2s.example', 'xn--jn2ax2s.example'],
  ['a@my_host.bank.example', 'my_host.bank.example'],
  ['root@localhost', 'localhost'],
  ['A\r\n <a@bank.example>', 'bank.example'],
  ['a@bank.example\r\n\t', 'bank.example'],
  // nobody
  ['', 'none'],
  ['undisclosed: ;', 'none'],
  ['(nobody)', 'none'],
  // several
  ['a@bank.example, b@evil.example', 'several-domains'],
  ['a@evil.example, b@bank.example', 'several-domains'],
  ['g: a@bank.example, b@evil.example;', 'several-domains'],
  ['g: a@bank.example;, b@evil.example', 'several-domains'],
  ['a@bank.example, b@mail.bank.example', 'several-domains'],
  // groups
  ['The Board: a@bank.example;', 'bank.example (group)'],
  ['"a@bank.example": b@evil.example;', 'evil.example (group) (address-in-name)'],
  ['a@evil.example: b@bank.example;', 'unreadable bad-separator'],
  // routes
  ['<@evil.example:a@bank.example>', 'unreadable route'],
  ['A <@evil.example,@b.example:a@bank.example>', 'unreadable route'],
  ['<,@evil.example:a@bank.example>', 'unreadable route'],
  ['<(c)@evil.example:a@bank.example>', 'unreadable route'],
  // comments
  ['a(c)@bank.example', 'unreadable comment-in-address'],
  ['a@(c)bank.example', 'unreadable comment-in-address'],
  ['a@bank.example(.evil.example)', 'bank.example'],
  ['a@bank(.evil).example', 'unreadable comment-in-address'],
  ['a@bank.(x)example', 'unreadable comment-in-address'],
  ['<a@bank.example(x)>', 'unreadable comment-in-address'],
  ['<(x)a@bank.example>', 'unreadable comment-in-address'],
  ['a@bank.example (b@evil.example)', 'unreadable comment-in-address'],
  ['(a@bank.example) b@evil.example', 'unreadable comment-in-address'],
  ['(a@bank.example) <b@evil.example>', 'unreadable comment-in-address'],
  ['(a <a@bank.example>,) b@evil.example', 'unreadable comment-in-address'],
  ['a@bank.example (', 'unreadable bad-comment'],
  // an @ where it does not belong
  ['"a@bank.example"@evil.example', 'unreadable at-in-local-part'],
  ['<"a@bank.example"@evil.example>', 'unreadable at-in-local-part'],
  ['"a\\@bank.example"@evil.example', 'unreadable at-in-local-part'],
  ['a＠bank.example@evil.example', 'unreadable at-in-local-part'],
  ['a@bank.example@evil.example', 'unreadable bad-separator'],
  ['<a@bank.example@evil.example>', 'unreadable bad-angle-address'],
  ['a@bank.example <b@evil.example>', 'unreadable bad-separator'],
  ['a@evil.example <b@bank.example>', 'unreadable bad-separator'],
  ['a@bank.example <a@bank.example>', 'bank.example (unquoted-address)'],
  ['a@bank.example, b@bank.example <a@bank.example>', 'unreadable bad-separator'],
  ['<a@bank.example> <b@evil.example>', 'unreadable bad-separator'],
  ['<a@bank.example>b@evil.example', 'unreadable bad-separator'],
  ['<<a@bank.example>>', 'unreadable bad-local-part'],
  ['a@bank.example;b@evil.example', 'unreadable bad-separator'],
  ['a@bank.example b@evil.example', 'unreadable bad-separator'],
  // encoded words
  ['=?utf-8?Q?a=40bank.example?= <b@evil.example>', 'evil.example (address-in-name)'],
  ['=?utf-8?B?YUBiYW5rLmV4YW1wbGU=?= <b@evil.example>', 'evil.example (address-in-name)'],
  ['"=?utf-8?Q?a=40bank.example?=" <b@evil.example>', 'evil.example (address-in-name)'],
  ['=?utf-8?Q?=3Ca=40bank.example=3E=2C?= <b@evil.example>', 'evil.example (address-in-name)'],
  ['=?utf-8?Q?a=40bank.example=00?= <b@evil.example>', 'evil.example (address-in-name)'],
  ['=?utf-8?Q?a=40?= =?utf-8?Q?bank.example?= <b@evil.example>', 'evil.example (address-in-name)'],
  ['=?utf-8?Q?a=EF=BC=A0bank.example?= <b@evil.example>', 'evil.example (address-in-name)'],
  ['"a@bank.example" <b@evil.example>', 'evil.example (address-in-name)'],
  ['b@evil.example (=?utf-8?Q?a=40bank.example?=)', 'evil.example (address-in-name)'],
  ['=?utf-8?Q?a=40bank.example?=', 'unreadable no-address'],
  ['=?utf-8?Q?a=40bank.example=2C?=@evil.example', 'unreadable encoded-word-in-address'],
  [
    '=?utf-8?b?YUBiYW5rLmV4YW1wbGU=?==?utf-8?Q?=00?=@evil.example',
    'unreadable encoded-word-in-address',
  ],
  ['a@=?utf-8?Q?bank.example?=', 'unreadable no-domain-name'],
  // what is no domain
  ['a@[192.0.2.1]', 'unreadable address-literal'],
  ['a@[bank.example]', 'unreadable address-literal'],
  ['a@bank.example.', 'unreadable bad-domain'],
  ['a@.bank.example', 'unreadable bad-domain'],
  ['a@bank..example', 'unreadable bad-domain'],
  ['a@', 'unreadable bad-domain'],
  ['a', 'unreadable no-address'],
  ['@bank.example', 'unreadable bad-local-part'],
  ['a@bank!evil.example', 'unreadable no-domain-name'],
  ['a@bank%2eexample', 'unreadable no-domain-name'],
  ['a@bank.example/.evil.example', 'unreadable no-domain-name'],
  [`a@${'x'.repeat(64)}.example`, 'unreadable no-domain-name'],
  ['a@bank.example\u202e', 'unreadable no-domain-name'],
  ['a@\u2028bank.example', 'unreadable no-domain-name'],
  // control characters
  ['a@bank.example\0', 'unreadable control-character'],
  ['a@bank.example\0@evil.example', 'unreadable control-character'],
  ['"a@bank.example\0" <b@evil.example>', 'unreadable control-character'],
  ['a\u0007 <a@bank.example>', 'unreadable control-character'],
  ['a\u007f <a@bank.example>', 'unreadable control-character'],
  ['a\u0085 <a@bank.example>', 'unreadable control-character'],
  ['a@bank.example,\r b@evil.example', 'unreadable control-character'],
];

for (const [value, expected] of CASES) {
  test(`From: ${JSON.stringify(value).slice(0, 70)} is ${expected}`, () => {
    assert.equal(from(value), expected);
  });
}

test('no From field is nobody, two are refused whatever they say', () => {
  assert.equal(outcome(read('To: a@b.example\r\n\r\n')), 'none');
  for (const second of ['From', 'FROM', 'fRoM', 'From ', 'From\t']) {
    const author = read(`From: a@bank.example\r\n${second}: a@bank.example\r\n\r\n`);
    assert.deepEqual(author, { kind: 'several-fields', count: 2 }, second);
  }
});

test('a From that only some programs find makes the author unreadable', () => {
  for (const header of [
    'From: a@evil.example\r\nno field at all\r\nFrom: b@bank.example\r\n\r\n',
    'From: a@evil.example\r\nno field at all\r\nX: y\r\nfrom : b@bank.example\r\n\r\n',
    'Subject: x\rFrom: b@bank.example\r\nFrom: a@evil.example\r\n\r\n',
    'From: a@evil.example\r\nSubject: x\rFROM:b@bank.example\r\n\r\n',
    'From: a@evil.example\r\n\0From: b@bank.example\r\n\r\n',
    'From: a@evil.example\r\nFr\u200bom: b@bank.example\r\n\r\n',
    'From: a@evil.example\r\nX: y\r\0From: b@bank.example\r\n\r\n',
    'From\u00a0: b@bank.example\r\nFrom: a@evil.example\r\n\r\n',
    'Subject: x\r\nFr\u200bom: b@bank.example\r\nFrom: a@evil.example\r\n\r\n',
  ]) {
    assert.equal(outcome(read(header)), 'unreadable hidden-from', JSON.stringify(header));
  }
});

test('a From in the body, or after a broken line and the empty one, is of no matter', () => {
  assert.equal(
    outcome(read('From: a@bank.example\r\n\r\nFrom: b@evil.example\rFrom: c@d.example\r\n')),
    'bank.example',
  );
  assert.equal(
    outcome(read('From: a@bank.example\r\nbroken\r\n\r\nFrom: b@evil.example\r\n')),
    'bank.example',
  );
});

test('names in old charsets are borne, domains in them are not', () => {
  const latin = readOctets(fromLatin1('From: M\u00fcller <a@bank.example>\r\n\r\n'));
  assert.equal(outcome(latin), 'bank.example (not-utf8)');
  const domain = readOctets(fromLatin1('From: a@b\u00fccher.example\r\n\r\n'));
  assert.equal(outcome(domain), 'unreadable no-domain-name');
  assert.equal(from('\u001b$B6d9T\u001b(B <a@bank.example>'), 'unreadable control-character');
});

test('lengths are bounded', () => {
  assert.equal(from(`"${'x'.repeat(20_000)}" <a@bank.example>`), 'unreadable too-long');
  assert.equal(from('a@b.example,'.repeat(150)), 'unreadable too-many');
  const many = Array.from({ length: 50 }, (_, at) => `a@b${at}.example`).join();
  const author = read(`From: ${many}\r\n\r\n`);
  assert.ok(author.kind === 'several-domains' && author.domains.length === 10);
});

test('what is read as an author is said by every domain that stands in the field', () => {
  const piece = fc.constantFrom(
    'a',
    '@',
    'bank.example',
    'evil.example',
    '<',
    '>',
    ',',
    ';',
    ':',
    '"',
    '(',
    ')',
    '\\',
    ' ',
    '.',
    '\r\n ',
    '\r',
    '\0',
    '=?utf-8?Q?',
    '?=',
    '=40',
    '[',
    ']',
    '＠',
    'a@bank.example',
    'a@evil.example',
    '\t',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const value = pieces.join('');
      const author = read(`From: ${value}\r\n\r\n`);
      if (author.kind !== 'author') return true;
      // outside quotes (a display name) only one of the two may be named after an @
      const bare = value.replaceAll(/"(?:[^"\\]|\\.)*"|\r\n /gs, '');
      const named = [...bare.matchAll(/@[ \t]*(bank|evil)\.example/g)].map((match) => match[1]);
      return new Set(named).size <= 1 && named.every((name) => author.domain.startsWith(name!));
    }),
    { numRuns: 20_000 },
  );
});

test('hostile fields cost their length', () => {
  const started = process.cpuUsage();
  for (const value of ['(', ')', '"', '\\', '<@', '@', ',', 'a:', '=?utf-8?Q?', 'a@b (', '\r\n ']) {
    from(value.repeat(Math.floor(16_000 / value.length)));
  }
  read(`${'From\r'.repeat(200_000)}\r\n\r\n`);
  read(`X: ${'\rFrom'.repeat(200_000)}\r\n\r\n`);
  const { user } = process.cpuUsage(started);
  assert.ok(user < 5_000_000, `${user} µs`);
});
