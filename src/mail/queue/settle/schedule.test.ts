import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isDelayed, nextAttempt, sitePauseUntil, type ScheduleOptions } from './schedule.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SCHEDULE: ScheduleOptions = {
  firstRetry: MINUTE,
  longestGap: 4 * HOUR,
  lifetime: 5 * DAY,
  delayNotice: 4 * HOUR,
};

/** The minutes after arrival at which attempts are made, without jitter. */
function attemptMinutes(): number[] {
  const times = [0];
  for (;;) {
    const next = nextAttempt(SCHEDULE, times.length, times.at(-1)!, 5 * DAY, 0);
    if (next.kind === 'expired') return times.map((time) => time / MINUTE);
    times.push(next.at);
  }
}

test('gaps double from a minute to four hours, and the last attempt is made when the message expires', () => {
  const times = attemptMinutes();
  assert.deepEqual(times.slice(0, 11), [0, 1, 3, 7, 15, 31, 63, 127, 255, 495, 735]);
  assert.equal(times.at(-1), (5 * DAY) / MINUTE);
  assert.equal(times.length, 38);
});

test('jitter takes off up to a fifth of a gap, and a retry is never later than the message lives', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.integer({ min: 0, max: 5 * DAY - 1 }),
      (attempts, random, now) => {
        const next = nextAttempt(SCHEDULE, attempts, now, 5 * DAY, random);
        assert.ok(next.kind === 'retry');
        const gap = Math.min(MINUTE * 2 ** (attempts - 1), 4 * HOUR);
        assert.ok(next.at <= Math.min(now + gap, 5 * DAY));
        assert.ok(next.at >= Math.min(now + 0.8 * gap - 1, 5 * DAY));
      },
    ),
  );
});

test('an attempt at or after the end of a message is its last', () => {
  assert.deepEqual(nextAttempt(SCHEDULE, 1, 5 * DAY, 5 * DAY, 0), { kind: 'expired' });
  assert.deepEqual(nextAttempt(SCHEDULE, 1, 6 * DAY, 5 * DAY, 0), { kind: 'expired' });
});

test('a delay counts from when delivery could begin, also of a message for later', () => {
  const now = { arrivedAt: 0, expiresAt: 5 * DAY };
  assert.equal(isDelayed(SCHEDULE, now, 4 * HOUR - 1), false);
  assert.equal(isDelayed(SCHEDULE, now, 4 * HOUR), true);
  const tomorrow = { arrivedAt: 0, expiresAt: 6 * DAY };
  assert.equal(isDelayed(SCHEDULE, tomorrow, DAY + HOUR), false);
  assert.equal(isDelayed(SCHEDULE, tomorrow, DAY + 4 * HOUR), true);
});

test('a site is left alone for longer after each failure, but less than the first retry at first and half an hour at most', () => {
  assert.equal(sitePauseUntil(SCHEDULE, 1, 0, 0), MINUTE / 2);
  assert.equal(sitePauseUntil(SCHEDULE, 2, 0, 0), MINUTE);
  assert.equal(sitePauseUntil(SCHEDULE, 100, 0, 0), 30 * MINUTE);
});
