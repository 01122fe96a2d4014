import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NOTHING, plus, type Counts } from './counts.ts';
import {
  afterDay,
  afterSilence,
  kindOfDay,
  newcomer,
  reputationOf,
  type Standing,
} from './growth.ts';
import { PROVIDERS } from './list.ts';

const provider = fc.constantFrom(...PROVIDERS);
const count = fc.nat({ max: 10_000 });
const day: fc.Arbitrary<Counts> = fc
  .record({ accepted: count, unknown: count, pressed: count, complaints: count, inbox: count })
  .map((counted) => plus(NOTHING, counted));
const days = fc.array(day, { maxLength: 60 });

const good = (standing: Standing): Counts =>
  plus(NOTHING, { accepted: standing.quota, inbox: standing.quota });

test('the quota doubles after a good day, up to the most', () => {
  for (const { growth } of PROVIDERS) {
    let standing = newcomer(growth);
    for (let passed = 0; passed < 20; passed++) {
      const next = afterDay(growth, standing, good(standing));
      assert.equal(next.quota, Math.min(growth.most, standing.quota * 2));
      standing = next;
    }
    assert.equal(standing.quota, growth.most);
    assert.equal(reputationOf(standing), 'good');
  }
});

test('it halves after a bad day, and never falls below the least', () => {
  for (const { growth } of PROVIDERS) {
    const bad = plus(NOTHING, { pressed: 1_000_000 });
    let standing: Standing = { quota: growth.most, score: 0, bulk: true };
    for (let passed = 0; passed < 20; passed++) {
      const next = afterDay(growth, standing, bad);
      assert.equal(next.quota, Math.max(growth.least, Math.floor(standing.quota / 2)));
      standing = next;
    }
    assert.equal(standing.quota, growth.least);
    assert.equal(reputationOf(standing), 'bad');
  }
});

test('whatever is counted, the quota stays within its bounds and changes by a factor of two at most', () => {
  fc.assert(
    fc.property(provider, days, ({ growth }, counted) => {
      let standing = newcomer(growth);
      for (const one of counted) {
        const next = afterDay(growth, standing, one);
        assert.ok(next.quota >= growth.least && next.quota <= growth.most);
        assert.ok(next.quota <= standing.quota * 2);
        assert.ok(next.quota >= Math.floor(standing.quota / 2));
        assert.ok(next.score >= -4 && next.score <= 4);
        assert.ok(next.bulk || !standing.bulk);
        standing = next;
      }
    }),
  );
});

test('more complaints, unknown mailboxes or pressure never make a day better', () => {
  const rank = { bad: 0, quiet: 1, good: 2 };
  fc.assert(
    fc.property(
      provider,
      fc.nat({ max: 5000 }),
      day,
      fc.constantFrom('complaints', 'unknown', 'pressed'),
      count,
      ({ growth }, quota, counted, name, more) => {
        const before = kindOfDay(growth, quota, counted);
        const after = kindOfDay(growth, quota, plus(counted, { [name]: more }));
        assert.ok(rank[after] <= rank[before]);
      },
    ),
  );
});

test('a bad reputation heals in silence, and is never more than forgotten', () => {
  fc.assert(
    fc.property(fc.integer({ min: -4, max: 4 }), fc.nat({ max: 100 }), (score, passed) => {
      const healed = afterSilence({ quota: 5, score, bulk: false }, passed).score;
      assert.equal(healed, score < 0 ? Math.min(0, score + passed) : score);
    }),
  );
});
