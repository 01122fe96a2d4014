import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acmeErrorWord, parseProblem } from './problem.ts';
import { readRetryAfter } from './retry-after.ts';

test('a problem document is read with what it says of each name', () => {
  // RFC 8555 §6.7.1
  const problem = parseProblem({
    type: 'urn:ietf:params:acme:error:malformed',
    detail: 'Some of the identifiers requested were rejected',
    subproblems: [
      {
        type: 'urn:ietf:params:acme:error:rejectedIdentifier',
        detail: 'This CA will not issue for "example.net"',
        identifier: { type: 'dns', value: 'example.net' },
      },
      'garbage',
    ],
  })!;
  assert.equal(acmeErrorWord(problem), 'malformed');
  assert.deepEqual(problem.subproblems, [
    {
      type: 'urn:ietf:params:acme:error:rejectedIdentifier',
      detail: 'This CA will not issue for "example.net"',
      name: 'example.net',
    },
  ]);
});

test('what is no problem document is none, and a long one is cut', () => {
  for (const value of [undefined, null, '', [], {}, { type: 7 }, { status: 500 }]) {
    assert.equal(parseProblem(value), undefined);
  }
  assert.equal(parseProblem({ detail: 'x'.repeat(5000) })!.detail.length, 1000);
  assert.equal(acmeErrorWord(parseProblem({ detail: 'x' })!), undefined);
});

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('2026-11-26T07:00:00Z');
  assert.equal(readRetryAfter('120', now), 120_000);
  assert.equal(readRetryAfter('Thu, 26 Nov 2026 07:01:00 GMT', now), 60_000);
  assert.equal(readRetryAfter('Thu, 26 Nov 2026 06:00:00 GMT', now), 0);
  for (const field of [undefined, '', 'soon', '-5', '99999999999999']) {
    assert.equal(readRetryAfter(field, now), undefined, field);
  }
});
