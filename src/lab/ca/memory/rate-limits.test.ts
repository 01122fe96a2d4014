import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renewalWindow } from '#lab/ca/issue/renewal-window';
import { AcmeProblem } from '#lab/ca/problem';
import { RATE_LIMITS, RateLimits } from './rate-limits.ts';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

test('the same names are certified five times a week, and again as the oldest is a week old', () => {
  let now = 0;
  const limits = new RateLimits(() => now);
  const names = ['a.example.test', 'b.example.test'];
  const order = (renews = false) => limits.assertOrder('account', names, renews);
  for (let i = 0; i < RATE_LIMITS.sameNames.most; i++) {
    order();
    limits.countCertificate(names);
    now += HOUR;
  }
  const limited = (error: unknown): boolean =>
    error instanceof AcmeProblem &&
    error.word === 'rateLimited' &&
    error.status === 429 &&
    error.more.retryAfter === 7 * DAY - 5 * HOUR;
  assert.throws(() => order(), limited);
  // one more name is another set
  limits.assertOrder('account', [...names, 'c.example.test'], false);
  // RFC 9773: a renewal is not held up
  order(true);
  now = 7 * DAY;
  order();
});

test('all names below one domain count together, each account for itself', () => {
  const limits = new RateLimits(() => 0);
  for (let i = 0; i < RATE_LIMITS.domain.most; i++) limits.countCertificate([`h${i}.example.test`]);
  const order = (name: string) => limits.assertOrder('account', [name], false);
  assert.throws(() => order('new.example.test'), /already issued for example\.test/);
  order('new.other.test');
  for (let i = 0; i < RATE_LIMITS.failures.most; i++) limits.count('failures', 'account a.test');
  assert.throws(() => order('a.test'), /failed authorizations for a\.test/);
  limits.assertOrder('another', ['a.test'], false);
});

test('renewal is suggested after two thirds of a life, at once for what is no good any more', () => {
  const notBefore = 0;
  const notAfter = 90 * DAY;
  const held = { notBefore, notAfter, revokedAt: undefined, recalledAt: undefined };
  assert.deepEqual(renewalWindow(held), { start: 60 * DAY, end: 62 * DAY, isUrgent: false });
  for (const gone of [{ revokedAt: DAY }, { recalledAt: DAY }]) {
    const window = renewalWindow({ ...held, ...gone });
    assert.deepEqual(window, { start: DAY - HOUR, end: DAY, isUrgent: true });
  }
});
