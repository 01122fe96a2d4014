import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromLatin1, latin1, utf8 } from '#bytes';
import { splitHeader } from '#protocol/message/header/fields';
import { computedFor } from '../../../test/support/time/cpu-time.ts';
import { foreignResults } from './foreign.ts';

const OWN = ['mx.example.org', 'mx2.example.org', 'post.bücher.example'];

function isHidden(value: string, name = 'Authentication-Results', own = OWN): boolean {
  const head = utf8(`Subject: x\r\n${name}:${value}\r\nTo: a@b.example\r\n\r\n`);
  return foreignResults(splitHeader(head), head, own).length === 1;
}

test('whoever says to be us is hidden, however it is said', () => {
  for (const value of [
    ' mx.example.org; dmarc=pass',
    'mx.example.org;dmarc=pass',
    ' MX.Example.ORG; dmarc=pass',
    ' mx2.example.org; none',
    ' mx.example.org',
    ' mx.example.org 1; dmarc=pass',
    ' mx.example.org 99; dmarc=pass',
    ' mx.example.org(x)1(y); dmarc=pass',
    ' (x) mx.example.org (y); dmarc=pass',
    ' ((a)(b(c))) mx.example.org; dmarc=pass',
    '\r\n mx.example.org;\r\n dmarc=pass',
    '\n mx.example.org;\n dmarc=pass',
    ' "mx.example.org"; dmarc=pass',
    ' "mx.ex\\ample.org"; dmarc=pass',
    ' "mx.\r\n example.org"; dmarc=pass',
    ' "mx.example.org "; dmarc=pass',
    ' mx.example.org.; dmarc=pass',
    ' mx。example。org; dmarc=pass',
    ' ｍｘ.example.org; dmarc=pass',
    ' mx.exam\u00adple.org; dmarc=pass',
    ' mx.example\u200b.org; dmarc=pass',
    ' post.bücher.example; dmarc=pass',
    ' POST.xn--bcher-kva.example; dmarc=pass',
  ]) {
    assert.ok(isHidden(value), JSON.stringify(value));
    assert.ok(isHidden(value, 'AUTHENTICATION-RESULTS '), JSON.stringify(value));
  }
});

test('what cannot be read, or has our name beside another, is hidden', () => {
  for (const value of [
    '',
    ' ;',
    ' ; mx.example.org; dmarc=pass',
    ' mx.example.org dmarc=pass',
    ' mx.example.org, dmarc=pass',
    ' mx.example.org=x; dmarc=pass',
    ' other.test mx.example.org; dmarc=pass',
    ' other.test (mx.example.org); dmarc=pass',
    ' (mx.example.org) other.test; dmarc=pass',
    ' other.test (mx.exam\\ple.org); dmarc=pass',
    ' "other.test; mx.example.org dmarc=pass',
    ' (other.test; mx.example.org; dmarc=pass',
    ' other.test\0; dmarc=pass',
    ' other.test;\rAuthentication-Results: mx.example.org; dmarc=pass',
    ' =?utf-8?q?mx.example.org?=; dmarc=pass',
    ' <mx.example.org>; dmarc=pass',
    ' @mx.example.org; dmarc=pass',
  ]) {
    assert.ok(isHidden(value), JSON.stringify(value));
  }
  const head = fromLatin1('Authentication-Results: m\u00fcx.test; dmarc=pass\r\n\r\n');
  assert.equal(foreignResults(splitHeader(head), head, OWN).length, 1, 'not UTF-8');
});

test('what others say stays', () => {
  for (const value of [
    ' other.test; dmarc=pass',
    ' other.test 1; spf=pass smtp.mailfrom=mx.example.org',
    ' mx.example.org.other.test; dmarc=pass',
    ' notmx.example.org; dmarc=pass',
    ' example.org; dmarc=pass',
    ' other.test (p=REJECT); dmarc=pass',
    ' other.test; spf=pass (mx.example.org: domain of a@b) smtp.mailfrom=a@b',
    ' other.test; anything at all (',
    ' müller.test; none',
  ]) {
    assert.ok(!isHidden(value), JSON.stringify(value));
  }
  assert.ok(!isHidden(' i=1; mx.example.org; dmarc=pass', 'ARC-Authentication-Results'));
  assert.ok(!isHidden(' mx.example.org; dmarc=pass', 'X-Authentication-Results'));
});

test('each of several fields is judged by itself, and its octets are told', () => {
  const head = utf8(
    'Authentication-Results: mx.example.org; dmarc=pass\r\n' +
      'Authentication-Results: other.test;\r\n\tdmarc=pass\r\n' +
      'authentication-results: (c)\r\n mx2.example.org;\r\n dmarc=pass\r\n' +
      'Subject: x\r\n\r\nAuthentication-Results: mx.example.org; dmarc=pass\r\n',
  );
  const hidden = foreignResults(splitHeader(head), head, OWN);
  assert.deepEqual(
    hidden.map(({ start, end }) => latin1(head.subarray(start, end))),
    [
      'Authentication-Results: mx.example.org; dmarc=pass\r\n',
      'authentication-results: (c)\r\n mx2.example.org;\r\n dmarc=pass\r\n',
    ],
  );
});

test('no white space, comment, quote or case hides our name', () => {
  const own = 'mx.example.org';
  const cfws = fc
    .array(fc.constantFrom(' ', '\t', '\r\n ', '(c)', '(a(b)c)', '(\\))'), { maxLength: 4 })
    .map((parts) => parts.join(''));
  const dressed = fc
    .tuple(fc.boolean(), fc.array(fc.boolean(), { minLength: own.length, maxLength: own.length }))
    .map(([quoted, flips]) => {
      const text = own.replaceAll(/./g, (letter, at: number) =>
        flips[at] ? (quoted ? `\\${letter}` : letter.toUpperCase()) : letter,
      );
      return quoted ? `"${text}"` : text;
    });
  fc.assert(
    fc.property(cfws, dressed, cfws, fc.constantFrom(';', ' 1;', '', ';x'), (a, id, b, rest) =>
      isHidden(` ${a}${id}${b}${rest} dmarc=pass`),
    ),
  );
});

test('a name of dots without end is looked at once', () => {
  const before = computedFor();
  assert.ok(!isHidden(` ${'.'.repeat(60_000)}x; none`));
  assert.ok(isHidden(` mx.example.org${'.'.repeat(60_000)}; none`));
  assert.ok(computedFor() - before < 2000, 'it took more than two seconds');
});
