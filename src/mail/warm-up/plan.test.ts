import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nextDay, NO_REPLIES, type DayReplies, type PlanSettings, type PlanSize } from './plan.ts';

const SETTINGS: PlanSettings = { first: 50, growth: 1.5, target: 5000 };
const FRESH: PlanSize = { size: 100, ceiling: undefined, goodDays: 0 };

function day(taken: number, more: Partial<DayReplies> = {}): DayReplies {
  const lost = (more.deferred ?? more.slowed ?? 0) + (more.refused ?? 0) + (more.bounced ?? 0);
  return { ...NO_REPLIES, taken, delivered: taken - lost, ...more };
}

const settings = fc
  .record({
    first: fc.integer({ min: 1, max: 500 }),
    growth: fc.double({ min: 1.05, max: 2, noNaN: true }),
    target: fc.integer({ min: 1, max: 1_000_000 }),
  })
  .filter(({ first, target }) => first <= target);
const replies = fc
  .record({
    taken: fc.oneof(fc.nat(300), fc.nat(2_000_000)),
    deferred: fc.double({ min: 0, max: 1, noNaN: true }),
    slowed: fc.double({ min: 0, max: 1, noNaN: true }),
    refused: fc.oneof(fc.constant(0), fc.nat(100)),
    bounced: fc.oneof(fc.constant(0), fc.nat(100)),
    complaints: fc.oneof(fc.constant(0), fc.nat(20)),
  })
  .map(({ taken, deferred, slowed, refused, bounced, complaints }): DayReplies => {
    const off = Math.floor(taken * deferred);
    return {
      taken,
      deferred: off,
      slowed: Math.floor(off * slowed),
      refused,
      bounced,
      complaints,
      delivered: Math.max(0, taken - off - refused - bounced),
    };
  });
const plans = fc
  .tuple(settings, fc.nat(), fc.option(fc.nat(10_000), { nil: undefined }))
  .map(
    ([terms, size, ceiling]) =>
      [terms, { size: 1 + (size % terms.target), ceiling, goodDays: size % 5 }] as const,
  );

test('whatever is heard, a day is followed by one of at least one recipient, no more than growth allows, within the target', () => {
  fc.assert(
    fc.property(plans, replies, ([terms, plan], heard) => {
      const next = nextDay(terms, plan, heard);
      assert.ok(next.size >= 1);
      assert.ok(next.size <= terms.target);
      assert.ok(next.size <= Math.ceil(plan.size * terms.growth));
      assert.ok(Number.isInteger(next.size));
    }),
  );
});

test('a day with a word against us never raises the size', () => {
  fc.assert(
    fc.property(plans, replies, ([terms, plan], heard) => {
      const { slowed, refused, bounced, complaints, taken } = heard;
      fc.pre(slowed > 0 || refused > 0 || bounced > taken * 0.02 || complaints > taken * 0.001);
      const next = nextDay(terms, plan, heard);
      assert.ok(next.size <= plan.size);
      assert.ok(next.judged === 'held' || next.judged === 'halved');
      assert.equal(next.goodDays, 0);
    }),
  );
});

test('one more bad reply never leads to a larger day', () => {
  const kinds = fc.constantFrom('slowed', 'refused', 'bounced', 'complaints');
  fc.assert(
    fc.property(plans, replies, kinds, ([terms, plan], heard, kind) => {
      const worse = { ...heard, [kind]: heard[kind as 'slowed'] + 1 };
      assert.ok(nextDay(terms, plan, worse).size <= nextDay(terms, plan, heard).size);
    }),
  );
});

test('the reasons begin with the day and end with what follows from it', () => {
  fc.assert(
    fc.property(plans, replies, ([terms, plan], heard) => {
      const { steps, judged } = nextDay(terms, plan, heard);
      assert.equal(steps[0]!.key, 'day');
      assert.equal(steps.at(-1)!.key, judged === 'finished' ? 'reached' : judged);
    }),
  );
});

const CASES: readonly (readonly [string, PlanSize, DayReplies, string, number])[] = [
  ['a good day grows', FRESH, day(100), 'grown', 150],
  ['a day of which little was used holds', FRESH, day(20), 'held', 100],
  ['a day without mail holds', FRESH, day(0), 'held', 100],
  [
    'greylisting and full mailboxes are no matter of ours',
    FRESH,
    day(100, { deferred: 30 }),
    'grown',
    150,
  ],
  ['one word about rate holds at what was taken', FRESH, day(91, { slowed: 1 }), 'held', 90],
  ['one alone never halves', { ...FRESH, size: 20 }, day(8, { slowed: 1 }), 'held', 10],
  ['more than a few of them halve', FRESH, day(100, { slowed: 6 }), 'halved', 50],
  ['refusals for what we are halve', FRESH, day(100, { refused: 1 }), 'halved', 50],
  ['some unknown addresses hold', FRESH, day(100, { bounced: 3 }), 'held', 100],
  ['many of them halve', FRESH, day(100, { bounced: 5 }), 'halved', 50],
  ['a complaint holds', FRESH, day(100, { complaints: 1 }), 'held', 100],
  [
    'three of a thousand halve',
    { ...FRESH, size: 1000 },
    day(1000, { complaints: 3 }),
    'halved',
    500,
  ],
  ['near the ceiling steps are small', { ...FRESH, ceiling: 95 }, day(100), 'grown', 110],
  [
    'up to the ceiling they are not larger than to it',
    { ...FRESH, ceiling: 120 },
    day(100),
    'grown',
    120,
  ],
  [
    'a ceiling that was passed for days is forgotten',
    { size: 100, ceiling: 95, goodDays: 2 },
    day(100),
    'grown',
    150,
  ],
  ['nothing goes beyond the target', { ...FRESH, size: 4000 }, day(4000), 'grown', 5000],
  ['a good day of the target is the end', { ...FRESH, size: 5000 }, day(4500), 'finished', 5000],
  ['a bad day of it is not', { ...FRESH, size: 5000 }, day(5000, { slowed: 1 }), 'held', 4999],
];

for (const [what, plan, heard, judged, size] of CASES) {
  test(what, () => {
    const next = nextDay(SETTINGS, plan, heard);
    assert.deepEqual([next.judged, next.size], [judged, size]);
  });
}

test('a site with a quota of its own is found: the days come to lie close below it', () => {
  for (const quota of [30, 77, 400, 1234]) {
    let plan: PlanSize = { size: 50, ceiling: undefined, goodDays: 0 };
    let offered = 0;
    let put = 0;
    for (let count = 0; count < 60; count++) {
      const delivered = Math.min(plan.size, quota);
      // the site is left alone after its word, which a second attempt may hear too
      const slowed = plan.size > quota ? 2 : 0;
      if (count >= 20) {
        offered += delivered + slowed;
        put += slowed;
        assert.ok(delivered >= quota * 0.45, `${quota}: ${delivered} on day ${count}`);
      }
      plan = nextDay(SETTINGS, plan, {
        ...NO_REPLIES,
        taken: delivered + slowed,
        delivered,
        deferred: slowed,
        slowed,
      });
    }
    assert.ok(put / offered < 0.05, `${quota}: ${put} of ${offered}`);
  }
});
