import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTheirs, failureOf, problemFailure } from './order-failure.ts';

const ERROR = 'urn:ietf:params:acme:error:';

test('a compound is told by the first thing that it is made of, with all that was said', () => {
  const failure = problemFailure({
    type: `${ERROR}compound`,
    detail: 'several',
    subproblems: [
      { type: `${ERROR}caa`, detail: 'CAA forbids it', name: 'a.test' },
      { type: `${ERROR}dns`, detail: 'no such name', name: 'b.test' },
    ],
  });
  assert.equal(failure.cause, 'caa');
  assert.equal(failure.name, 'a.test');
  assert.equal(failure.text, 'several / CAA forbids it / no such name');
});

test('an error that nobody has named yet is told as it is', () => {
  const failure = problemFailure({ type: `${ERROR}onlyOnSundays`, detail: 'no', subproblems: [] });
  assert.equal(failure.cause, 'other-problem');
  assert.equal(failure.type, `${ERROR}onlyOnSundays`);
});

test('status 429 is a rate limit and 5xx is theirs, whatever the document says', () => {
  const problem = { type: 'about:blank', detail: 'x', subproblems: [] };
  const of = (status: number) =>
    failureOf({ kind: 'problem', problem, status, retryAfter: undefined }, 'a.test');
  assert.equal(of(429).cause, 'rateLimited');
  assert.equal(isTheirs(of(429)), false);
  assert.equal(of(503).cause, 'serverInternal');
  assert.ok(isTheirs(of(503)));
  assert.equal(of(503).name, 'a.test');
});
