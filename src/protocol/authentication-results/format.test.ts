import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeUtf8, latin1 } from '#bytes';
import { fieldsNamed, fieldValue, splitHeader } from '#protocol/message/header/fields';
import type { AuthenticationResults, MethodResult } from './field.ts';
import { formatAuthenticationResults } from './format.ts';
import { parseAuthenticationResults } from './parse.ts';
import {
  arcResult,
  authResult,
  dkimResults,
  dmarcResult,
  dmarcWithoutAuthor,
  iprevResult,
  spfResult,
} from './results.ts';

function format(...results: readonly MethodResult[]): string {
  return decodeUtf8(formatAuthenticationResults({ authservId: 'mx.example.org', results }))!;
}

test('a field with every method, folded', () => {
  const text = format(
    iprevResult('pass', '2001:db8::1'),
    spfResult('pass', 'mailfrom', 'alice@sender.test'),
    ...dkimResults([
      {
        result: 'fail',
        reason: 'body-hash-mismatch',
        domain: 'sender.test',
        selector: 's1',
        algorithm: 'rsa-sha256',
        signaturePrefix: 'Ab/+12==',
      },
    ]),
    dmarcResult({
      result: 'pass',
      domain: 'sender.test',
      policy: 'reject',
      policyDomain: 'sender.test',
    }),
    arcResult('pass', { oldestPass: 0 }),
  );
  assert.equal(
    text,
    [
      'Authentication-Results: mx.example.org;',
      ' iprev=pass policy.iprev="2001:db8::1";',
      ' spf=pass smtp.mailfrom=alice@sender.test;',
      ' dkim=fail reason="body hash mismatch" header.d=sender.test header.s=s1',
      '   header.a=rsa-sha256 header.b="Ab/+12==";',
      ' dmarc=pass header.from=sender.test policy.dmarc=reject;',
      ' arc=pass header.oldest-pass=0',
      '',
    ].join('\r\n'),
  );
});

test('no check at all is none; no signature is dkim=none', () => {
  assert.equal(format(), 'Authentication-Results: mx.example.org; none\r\n');
  assert.match(format(...dkimResults([])), /^ dkim=none\r\n$/m);
});

test('HELO, login and a message without an author have their words', () => {
  assert.match(
    format(spfResult('none', 'helo', 'mx.sender.test')),
    / smtp\.helo=mx\.sender\.test\r/,
  );
  assert.match(
    format(authResult('alice', 'alice@example.org')),
    / auth=pass smtp\.auth=alice smtp\.mailfrom=alice@example\.org\r/,
  );
  assert.match(
    format(dmarcWithoutAuthor('several-fields')),
    / dmarc=permerror reason="author domain: several fields"\r/,
  );
});

test('the policy of DMARC is told only where one was judged by', () => {
  for (const result of ['none', 'temperror', 'permerror']) {
    const facts = { result, domain: 'a.example', policy: 'none', policyDomain: 'a.example' };
    assert.doesNotMatch(format(dmarcResult(facts)), /policy/);
  }
});

test('what a stranger chose stays inside its quotes', () => {
  const hostile = 'x"; dmarc=pass (\r\nFrom: ceo@bank.example\r\n\r\n\\';
  const text = format(
    spfResult('fail', 'mailfrom', hostile, hostile),
    ...dkimResults([{ result: 'fail', domain: hostile, selector: hostile }]),
  );
  const head = formatAuthenticationResults({ authservId: hostile, results: [] });
  assert.equal(splitHeader(head).fields.length, 1);
  const read = parseAuthenticationResults(text.slice(text.indexOf(':') + 1));
  assert.ok(read.kind === 'results');
  assert.deepEqual(
    read.results.map(({ method, result }) => `${method}=${result}`),
    ['spf=fail', 'dkim=fail'],
  );
});

test('a name of ours that is no Keyword is a bug', () => {
  assert.throws(() => format({ method: 'a b', result: 'pass', properties: [] }), RangeError);
});

const keyword = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
const value = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom(
    'a@b.example',
    '@b.example',
    '"a b"@c.example',
    'a"b',
    'a\\b',
    'x=y',
    '',
    'é@é.example',
  ),
);
/** What formatting leaves of a value: see `safe` in format.ts. */
const kept = value.map((text) =>
  text
    .toWellFormed()
    .replaceAll(/[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffd]/g, '?'),
);
const property = fc.record(
  { ptype: keyword, property: keyword, value: kept },
  { noNullPrototype: true },
);
const result: fc.Arbitrary<MethodResult> = fc.record(
  {
    method: keyword,
    version: fc.integer({ min: 2, max: 9 }),
    result: keyword,
    reason: kept,
    properties: fc.array(property, { maxLength: 5 }),
  },
  { requiredKeys: ['method', 'result', 'properties'], noNullPrototype: true },
);
const field: fc.Arbitrary<AuthenticationResults> = fc.record(
  { authservId: kept, results: fc.array(result, { maxLength: 6 }) },
  { noNullPrototype: true },
);

test('what is written is read back, from exactly one field', () => {
  fc.assert(
    fc.property(field, (results) => {
      const octets = formatAuthenticationResults(results);
      const header = splitHeader(octets);
      assert.equal(header.fields.length, 1);
      assert.equal(header.bodyStart, octets.length);
      const [found] = fieldsNamed(header, 'authentication-results');
      for (const raw of [
        decodeUtf8(octets.subarray(found!.valueStart, found!.end))!,
        fieldValue(octets, found!),
      ]) {
        assert.deepEqual(parseAuthenticationResults(raw), {
          kind: 'results',
          version: 1,
          ...results,
        });
      }
    }),
    { numRuns: 2000 },
  );
});

test('lines are short, and never over the 998 of RFC 5322', () => {
  fc.assert(
    fc.property(field, (results) => {
      const lines = latin1(formatAuthenticationResults(results)).split('\r\n');
      return lines.every((line) => line.length <= 998);
    }),
  );
  const long = format(spfResult('fail', 'mailfrom', 'x'.repeat(5000), 'y '.repeat(5000)));
  assert.ok(long.split('\r\n').every((line) => line.length <= 998));
});
