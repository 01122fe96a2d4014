import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  COUNTED,
  faded,
  GOOD_AFTER,
  HALF_LIFE,
  NO_COUNTS,
  scoreOf,
  standingOf,
  sumOf,
  type Counted,
  type Counts,
} from './score.ts';

const amount = fc.double({ min: 0, max: 1e6, noNaN: true });
const counts: fc.Arbitrary<Counts> = fc.record(
  Object.fromEntries(COUNTED.map((counted) => [counted, amount])) as Record<Counted, typeof amount>,
);
const FOR: ReadonlySet<Counted> = new Set(['accepted', 'fromJunk'] as const);
const LONG = 100 * GOOD_AFTER;

test('who is not known scores nothing', () => {
  assert.equal(scoreOf(NO_COUNTS), 0);
  assert.equal(standingOf(NO_COUNTS, LONG), 'unknown');
});

test('a score lies between −1 and 1', () => {
  fc.assert(
    fc.property(counts, (some) => {
      assert.ok(Math.abs(scoreOf(some)) <= 1);
    }),
  );
});

test('what speaks for a sender never lowers its score, what speaks against it never raises it', () => {
  fc.assert(
    fc.property(counts, fc.constantFrom(...COUNTED), amount, (some, counted, more) => {
      const before = scoreOf(some);
      const after = scoreOf(sumOf(some, { [counted]: more }));
      assert.ok(FOR.has(counted) ? after >= before : after <= before);
    }),
  );
});

test('one message makes nobody good or bad, whatever becomes of it and to how many unknown recipients it went', () => {
  const bit = fc.constantFrom(0, 1);
  fc.assert(
    fc.property(
      fc.constantFrom<Counted>('accepted', 'junked', 'refused'),
      fc.record({ spam: bit, toJunk: bit, fromJunk: bit, unknown: fc.nat(10_000) }),
      (became, also) => {
        const once = sumOf(NO_COUNTS, { [became]: 1, ...also });
        assert.equal(standingOf(once, LONG), 'unknown');
      },
    ),
  );
});

test('recipients that are not here condemn nobody by themselves', () => {
  fc.assert(
    fc.property(amount, (unknown) => {
      assert.equal(standingOf({ ...NO_COUNTS, unknown }, LONG), 'unknown');
    }),
  );
});

test('time brings a score nearer to nothing, and never to the other side', () => {
  fc.assert(
    // what is counted of unknown recipients has a most, so that more of them may fade unseen
    fc.property(
      counts.map((some) => ({ ...some, unknown: Math.min(some.unknown, 30) })),
      fc.nat(1000),
      (some, days) => {
        const now = scoreOf(some);
        const later = scoreOf(faded(some, days * 86_400_000));
        assert.ok(Math.abs(later) <= Math.abs(now) + 1e-9);
        assert.ok(now * later >= 0);
      },
    ),
  );
});

test('counts may be put together before they fade or after', () => {
  const time = fc.nat(400 * 86_400_000);
  fc.assert(
    fc.property(counts, counts, time, (a, b, after) => {
      const together = faded(sumOf(a, b), after);
      const apart = sumOf(faded(a, after), faded(b, after));
      for (const counted of COUNTED)
        assert.ok(Math.abs(together[counted] - apart[counted]) <= 1e-6 * (1 + together[counted]));
    }),
  );
});

test('half is left after the half-life, and a clock that was set back takes nothing', () => {
  const some = { ...NO_COUNTS, accepted: 8, toJunk: 2 };
  assert.deepEqual(faded(some, HALF_LIFE), { ...NO_COUNTS, accepted: 4, toJunk: 1 });
  assert.deepEqual(faded(some, -HALF_LIFE), some);
});

test('the words for what is known', () => {
  const known = (given: Partial<Counts>, age = LONG) => standingOf(sumOf(NO_COUNTS, given), age);
  assert.equal(known({ accepted: 9 }), 'unknown');
  assert.equal(known({ accepted: 10 }), 'good');
  assert.equal(known({ accepted: 1000 }, GOOD_AFTER - 1), 'unknown');
  assert.equal(known({ accepted: 100, junked: 20 }), 'good');
  assert.equal(known({ accepted: 100, toJunk: 20 }), 'unknown');
  assert.equal(known({ junked: 10 }), 'poor');
  assert.equal(known({ accepted: 3, toJunk: 3 }), 'unknown');
  assert.equal(known({ toJunk: 10 }), 'bad');
  assert.equal(known({ junked: 20, spam: 20 }), 'bad');
  assert.equal(known({ accepted: 10, toJunk: 10 }), 'poor');
});
