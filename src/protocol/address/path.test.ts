import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { formatMailbox, type Mailbox } from './mailbox.ts';
import {
  isSmtpMailbox,
  parseForwardPath,
  parseMailbox,
  parseReversePath,
  type PathError,
  pathErrorText,
} from './path.ts';

const mailbox = (localPart: string, domain: string): Mailbox => ({ localPart, domain });
const path = (localPart: string, domain: string, utf8 = false) => ({
  kind: 'path',
  mailbox: mailbox(localPart, domain),
  utf8,
});

test('a path gives the value of its mailbox', () => {
  assert.deepEqual(parseForwardPath('<Bob@Example.TEST>'), path('Bob', 'example.test'));
  assert.deepEqual(parseForwardPath('<"a \\"b\\" c"@x.test>'), path('a "b" c', 'x.test'));
  assert.deepEqual(parseForwardPath('<"bob"@x.test>'), path('bob', 'x.test'));
  assert.deepEqual(parseForwardPath('<"a>b"@x.test>'), path('a>b', 'x.test'));
  assert.deepEqual(parseForwardPath('<b@[IPV6:2001:DB8::1]>'), path('b', '[IPv6:2001:db8::1]'));
});

test('only MAIL knows the null path', () => {
  assert.deepEqual(parseReversePath('<>'), { kind: 'path', mailbox: null, utf8: false });
  assert.deepEqual(parseForwardPath('<>'), { kind: 'error', reason: 'null-path' });
  assert.equal(parseMailbox(''), undefined);
});

test('only RCPT knows postmaster without a domain, in any case', () => {
  assert.deepEqual(parseForwardPath('<PostMaster>'), path('PostMaster', ''));
  assert.deepEqual(parseReversePath('<postmaster>'), { kind: 'error', reason: 'no-domain' });
  assert.equal(parseMailbox('postmaster'), undefined);
});

test('a source route is read and dropped', () => {
  assert.deepEqual(parseForwardPath('<@a.test,@b.test:c@d.test>'), path('c', 'd.test'));
  assert.deepEqual(parseReversePath('<@a.test:c@d.test>'), {
    kind: 'path',
    mailbox: mailbox('c', 'd.test'),
    utf8: false,
  });
  for (const bad of ['<@a.test,b.test:c@d.test>', '<@a_:c@d.test>', '<@a.test,:c@d.test>'])
    assert.deepEqual(parseForwardPath(bad), { kind: 'error', reason: 'bad-source-route' }, bad);
  assert.equal(parseMailbox('@a.test:c@d.test'), undefined);
});

test('other routing marks are ordinary characters of the local part', () => {
  assert.deepEqual(parseForwardPath('<a%b.test@c.test>'), path('a%b.test', 'c.test'));
  assert.deepEqual(parseForwardPath('<b.test!a@c.test>'), path('b.test!a', 'c.test'));
  assert.deepEqual(parseForwardPath('<"a@b.test"@c.test>'), path('a@b.test', 'c.test'));
});

const refused: readonly (readonly [string, PathError])[] = [
  ['', 'no-angle-brackets'],
  ['a@b.test', 'no-angle-brackets'],
  ['<a@b.test', 'no-angle-brackets'],
  ['>', 'no-angle-brackets'],
  ['< >', 'bad-local-part'],
  ['<a>', 'no-domain'],
  ['<a@>', 'no-domain'],
  ['<"a">', 'no-domain'],
  ['<@b.test>', 'no-local-part'],
  ['<@a.test:>', 'no-local-part'],
  ['<@a.test,b.test:c@d.test>', 'bad-source-route'],
  ['<.a@b.test>', 'bad-local-part'],
  ['<a.@b.test>', 'bad-local-part'],
  ['<a..a@b.test>', 'bad-local-part'],
  ['<a b@c.test>', 'bad-local-part'],
  ['<<a@b.test>>', 'bad-local-part'],
  ['<(x)a@b.test>', 'bad-local-part'],
  ['<"a@b.test>', 'bad-quoted-string'],
  ['<"a"b@c.test>', 'bad-quoted-string'],
  ['<"é\\é"@c.test>', 'bad-quoted-string'],
  ['<a@b@c.test>', 'bad-domain'],
  ['<a@ b.test>', 'bad-domain'],
  ['<a@b.test.>', 'bad-domain'],
  ['<a@b_c.test>', 'bad-domain'],
  ['<a@b.test>x>', 'bad-domain'],
  ['<a@[b]>', 'bad-address-literal'],
  ['<a@[1.2.3.4>', 'bad-address-literal'],
  ['<a@[1.2.3.4].test>', 'bad-address-literal'],
  ['<a@[tag:x]>', 'unknown-literal-tag'],
  ['<a\0@b.test>', 'control-character'],
  ['<a\r\n@b.test>', 'control-character'],
  ['<"\t"@b.test>', 'control-character'],
  ['<a\ud800@b.test>', 'control-character'],
  ['<a\u0085@b.test>', 'control-character'],
  [`<${'a'.repeat(65)}@b.test>`, 'local-part-too-long'],
  [`<${'é'.repeat(33)}@b.test>`, 'local-part-too-long'],
  [`<"${'a'.repeat(63)}"@b.test>`, 'local-part-too-long'],
  [`<a@${'b'.repeat(64)}.test>`, 'domain-too-long'],
  [`<a@${'b.'.repeat(126)}bc>`, 'path-too-long'],
  [`<${'x'.repeat(1_000_000)}>`, 'path-too-long'],
  [`<a@${'例え'.repeat(20)}.${'例え'.repeat(20)}.${'例え'.repeat(10)}>`, 'path-too-long'],
];

for (const [text, reason] of refused)
  test(`${reason}: ${JSON.stringify(text.slice(0, 40))}`, () => {
    assert.deepEqual(parseForwardPath(text), { kind: 'error', reason });
    assert.deepEqual(parseReversePath(text), { kind: 'error', reason });
  });

test('each reason but the null path has a case above and a text that fits a reply line', () => {
  const shown = new Set(refused.map(([, reason]) => reason).concat('null-path'));
  for (const [reason, text] of Object.entries(pathErrorText)) {
    assert.ok(shown.has(reason as PathError), reason);
    assert.match(text, /^[ -~]{10,200}$/);
  }
});

test('the limits themselves are legal', () => {
  const local = 'a'.repeat(64);
  assert.equal(parseMailbox(`${local}@b.test`)?.localPart, local);
  const domain = `${'b.'.repeat(126)}b`.slice(0, 189);
  assert.equal(`${local}@${domain}`.length, 254);
  assert.equal(parseMailbox(`${local}@${domain}`)?.domain, domain);
  assert.equal(parseMailbox(`${local}@${domain}bb`), undefined);
});

const localPart = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'ab.@" \\%!<>(),:;[]é用😀'.match(/./gu)!), maxLength: 16 }),
  fc.stringMatching(/^[a-z0-9.+_-]{1,20}$/),
);
const domain = fc.oneof(
  fc.constantFrom('example.test', 'xn--r8jz45g.jp', '[192.0.2.1]', '[IPv6:2001:db8::1]', 'a.123'),
  fc.stringMatching(/^([a-z0-9]{1,5}\.){0,3}[a-z]{1,5}$/),
);

test('a formatted mailbox reads back as itself, in MAIL, in RCPT and bare', () => {
  fc.assert(
    fc.property(localPart, domain, (local, name) => {
      const value = mailbox(local, name);
      const text = formatMailbox(value);
      assert.deepEqual(parseMailbox(text), value);
      const forward = parseForwardPath(`<${text}>`);
      assert.ok(forward.kind === 'path');
      assert.deepEqual(forward.mailbox, value);
      assert.deepEqual(parseReversePath(`<${text}>`), forward);
    }),
    { numRuns: 400 },
  );
});

test('any text is read or refused, and what is read can be sent on', () => {
  const near = fc.string({
    unit: fc.constantFrom(...'<>@."\\[]:, aé\0\r-1'.split('')),
    maxLength: 24,
  });
  fc.assert(
    fc.property(fc.oneof(near, fc.string({ unit: 'binary' })), (text) => {
      const result = parseForwardPath(`<${text}>`);
      if (result.kind === 'path' && result.mailbox.domain !== '')
        assert.ok(isSmtpMailbox(result.mailbox));
    }),
    { numRuns: 1000 },
  );
});

test('a mailbox that only a header can name is no mailbox of SMTP', () => {
  assert.equal(isSmtpMailbox(mailbox('a\nb', 'example.test')), false);
  assert.equal(isSmtpMailbox(mailbox('a', 'iana/icann.org')), false);
  assert.equal(isSmtpMailbox(mailbox('a', 'b> SIZE=1')), false);
  assert.equal(isSmtpMailbox(mailbox('a'.repeat(65), 'example.test')), false);
  assert.equal(isSmtpMailbox(mailbox('a', 'example.test')), true);
});
