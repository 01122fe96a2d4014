import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  askRenewalAgain,
  daysLeft,
  nextAttempt,
  renewalTime,
  standingOf,
  suggestedTime,
} from './renewal-time.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NINETY = { notBefore: 0, notAfter: 90 * DAY };

test('90 days are renewed from the 57th to the 60th, six days on the fourth', () => {
  assert.equal(renewalTime(NINETY, 0), 60 * DAY);
  assert.equal(renewalTime(NINETY, 1), 57 * DAY);
  assert.equal(renewalTime({ notBefore: 0, notAfter: 6 * DAY }, 0), 4 * DAY);
});

test('a renewal is always well before the end and never before the half', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: HOUR, max: 400 * DAY }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (lifetime, chance) => {
        const at = renewalTime({ notBefore: 0, notAfter: lifetime }, chance);
        assert.ok(at > lifetime / 2 && at < lifetime * 0.67);
      },
    ),
  );
});

test('a suggested window is used anywhere in it, and one turned around at its start', () => {
  assert.equal(suggestedTime({ start: 100, end: 200 }, 0.5), 150);
  assert.equal(suggestedTime({ start: 200, end: 100 }, 0.5), 200);
});

test('renewal information is asked for again as the authority says, within a minute and a day', () => {
  assert.equal(askRenewalAgain(undefined, 0), 6 * HOUR);
  assert.equal(askRenewalAgain(0, 0), MINUTE);
  assert.equal(askRenewalAgain(1000 * DAY, 0), DAY);
});

const OURS = { isTheirs: false, isRateLimited: false, wasAsked: true, retryAfter: undefined };

test('orders that fail come back later each time, up to half a day', () => {
  const gaps = [1, 2, 3, 4, 5, 6, 7, 100].map((failures) =>
    nextAttempt({ ...OURS, failures }, 0, 0),
  );
  assert.deepEqual(
    gaps,
    [20, 40, 80, 160, 320, 640, 720, 720].map((minutes) => minutes * MINUTE),
  );
});

test('five failed validations in an hour are never reached', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 10, maxLength: 10 }),
      (chances) => {
        let at = 0;
        const times = [at];
        for (const [i, chance] of chances.entries()) {
          at = nextAttempt({ ...OURS, failures: i + 1 }, at, chance);
          times.push(at);
        }
        const inAnHour = times.map(
          (from) => times.filter((one) => one >= from && one < from + HOUR).length,
        );
        assert.ok(Math.max(...inAnHour) < 5);
      },
    ),
  );
});

test('what the authority asks for is kept, and its own faults are tried again sooner', () => {
  const limited = { ...OURS, failures: 1, isRateLimited: true, retryAfter: 30 * HOUR };
  assert.equal(nextAttempt(limited, 0, 0), 30 * HOUR);
  assert.equal(nextAttempt({ ...limited, retryAfter: undefined }, 0, 0), HOUR);
  const theirs = { ...OURS, failures: 1, isTheirs: true };
  assert.equal(nextAttempt(theirs, 0, 0), 5 * MINUTE);
  assert.equal(nextAttempt(theirs, 0, 1), 6.25 * MINUTE);
});

test('what nobody was asked for is looked at again within the hour', () => {
  const gaps = [1, 2, 4, 50].map((failures) =>
    nextAttempt({ ...OURS, failures, wasAsked: false }, 0, 0),
  );
  assert.deepEqual(
    gaps,
    [5, 10, 40, 60].map((minutes) => minutes * MINUTE),
  );
});

test('a certificate is a worry 21 days before its end, and a grave one 7 days before', () => {
  const standing = (day: number) => standingOf(NINETY, day * DAY);
  assert.deepEqual([68, 70, 82, 84, 91].map(standing), [
    'good',
    'soon',
    'soon',
    'urgent',
    'expired',
  ]);
  assert.equal(standingOf(NINETY, 90 * DAY), 'expired');
  assert.equal(daysLeft(NINETY, 89.5 * DAY), 0);
  assert.equal(daysLeft(NINETY, 91 * DAY), -1);
});

test('a certificate of six days is a worry in its last quarter, after its renewal was due', () => {
  const six = { notBefore: 0, notAfter: 6 * DAY };
  assert.equal(standingOf(six, 4.4 * DAY), 'good');
  assert.equal(standingOf(six, 4.6 * DAY), 'soon');
  assert.equal(standingOf(six, 5.6 * DAY), 'urgent');
});
