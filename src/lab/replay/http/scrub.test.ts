import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { scrubBody, scrubHeader, scrubTarget } from './scrub.ts';

const TOKEN = 'qX7-_b2fK0aLr5Tn8Vw1Yz3C';

test('addresses are kept without what gives a right to whoever has it', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['/.well-known/mta-sts.txt', '/.well-known/mta-sts.txt'],
    [`/.well-known/acme-challenge/${TOKEN}`, `/.well-known/acme-challenge/${TOKEN}`],
    ['/u/short', '/u/…'],
    [`/U/${TOKEN}?x=1`, '/u/…?x=1'],
    [`/confirm/${TOKEN}`, '/confirm/…'],
    ['/x?token=abc&name=a@b.test&key', '/x?token=…&name=a@b.test&key'],
    [
      '/mail/config-v1.1.xml?emailaddress=alice@example.test',
      '/mail/config-v1.1.xml?emailaddress=alice@example.test',
    ],
  ];
  for (const [given, kept] of cases) assert.equal(scrubTarget(given), kept);
});

test('headers that prove who somebody is are kept by their names alone', () => {
  for (const name of [
    'Authorization',
    'cookie',
    'Set-Cookie',
    'Proxy-Authorization',
    'X-Api-Key',
    'X-CSRF',
  ])
    assert.equal(scrubHeader(name, 'abc'), '…');
  assert.equal(scrubHeader('Location', `https://x.test/u/abc`), 'https://x.test/u/…');
  assert.equal(scrubHeader('Content-Type', 'text/plain'), 'text/plain');
});

test('a form keeps what it asks, a page its text, and neither what it carries in secret', () => {
  const form = 'application/x-www-form-urlencoded';
  assert.equal(
    scrubBody(`List-Unsubscribe=One-Click&token=abc&x=${TOKEN}`, form, '/'),
    'List-Unsubscribe=One-Click&token=…&x=…',
  );
  assert.equal(
    scrubBody(
      `<input name="t" value="abc"><a href="https://x.test/u/abc">leave</a> value="cu`,
      'text/html',
      '/',
    ),
    '<input name="t" value="…"><a href="https://x.test/u/…">leave</a> value="…"',
  );
  const policy = 'version: STSv1\r\nmode: enforce\r\nmx: mx.bigmail.test\r\nmax_age: 604800\r\n';
  assert.equal(scrubBody(policy, 'text/plain', '/.well-known/mta-sts.txt'), policy);
});

test('wherever a token stands, it is not kept', () => {
  const around = fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/[\w-]/g, '/'));
  const type = fc.constantFrom(
    'text/plain',
    'text/html',
    'application/json',
    'application/x-www-form-urlencoded',
  );
  fc.assert(
    fc.property(around, around, type, (before, after, kind) => {
      const text = before + TOKEN + after;
      for (const kept of [
        scrubBody(text, kind, '/'),
        scrubHeader('x', text),
        scrubTarget(`/${text}`),
      ])
        assert.ok(!kept.includes(TOKEN), kept);
    }),
  );
});
