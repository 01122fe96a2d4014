import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PROVIDERS } from '#lab/providers/tables/list';
import { NOTHING, plus, type Counts } from './counts.ts';
import {
  afterDay,
  afterSilence,
  kindOfDay,
  newcomer,
  reputationOf,
  type Standing,
} from './growth.ts';

const provider = fc.constantFrom(...PROVIDERS);
const count = fc.nat({ max: 10_000 });
const day: fc.Arbitrary<Counts> = fc
  .record({
    accepted: count,
    unknown: count,
    pressed: count,
    complaints: count,
    inbox: count,
    deleted: count,
    replied: count,
    rescued: count,
    noOneClick: count,
  })
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

test('more complaints, unknown mailboxes, pressure, letters thrown away or without a way out never make a day better', () => {
  const rank = { bad: 0, careless: 1, quiet: 2, good: 3 };
  fc.assert(
    fc.property(
      provider,
      fc.nat({ max: 5000 }),
      day,
      fc.constantFrom('complaints', 'unknown', 'pressed', 'deleted', 'noOneClick'),
      count,
      fc.boolean(),
      ({ growth }, quota, counted, name, more, bulk) => {
        const before = kindOfDay(growth, { quota, bulk }, counted);
        const after = kindOfDay(growth, { quota, bulk }, plus(counted, { [name]: more }));
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

const strict = PROVIDERS.filter(({ growth }) => growth.noOneClick < Infinity);

test('bulk mail without one-click halves the quota where it is asked for, and leaves the reputation alone', () => {
  assert.deepEqual(
    strict.map(({ name }) => name),
    ['bigmail', 'purple'],
  );
  for (const { growth } of strict) {
    const sent = plus(NOTHING, { accepted: 100, inbox: 100, noOneClick: 100 });
    const standing: Standing = { quota: 200, score: 2, bulk: true };
    assert.deepEqual(afterDay(growth, standing, sent), { quota: 100, score: 2, bulk: true });
    const few = plus(sent, { noOneClick: growth.noOneClick - 1 - sent.noOneClick });
    assert.equal(afterDay(growth, standing, few).quota, 400);
    // a small list of a sender who never sent much
    const small = plus(NOTHING, { accepted: 10, inbox: 10, noOneClick: 10 });
    assert.equal(afterDay(growth, { quota: 20, score: 0, bulk: false }, small).quota, 40);
  }
});

test('a day on which most throw it away unread shows nothing good; a few who do say nothing', () => {
  for (const { growth } of strict) {
    const standing: Standing = { quota: 60, score: 1, bulk: true };
    const sent = { accepted: 60, inbox: 60 };
    const unwanted = plus(NOTHING, { ...sent, deleted: 40 });
    assert.deepEqual(afterDay(growth, standing, unwanted), standing);
    const usual = plus(NOTHING, { ...sent, opened: 30, deleted: 21 });
    assert.deepEqual(afterDay(growth, standing, usual), { quota: 120, score: 2, bulk: true });
    const small = plus(NOTHING, { accepted: 30, inbox: 30, deleted: 30 });
    assert.equal(afterDay(growth, standing, small).quota, 120);
  }
});

test('who is answered, and looked for in the spam folder, is forgiven in half the time', () => {
  for (const { growth } of PROVIDERS) {
    const poor: Standing = { quota: 1000, score: -4, bulk: false };
    const silent = plus(NOTHING, { accepted: 10, spam: 10 });
    const missed = plus(silent, { rescued: 1, replied: 1 });
    assert.equal(afterDay(growth, poor, silent).score, -3);
    assert.equal(afterDay(growth, poor, missed).score, -2);
    assert.equal(afterDay(growth, { ...poor, score: 3 }, missed).score, 3);
  }
});
