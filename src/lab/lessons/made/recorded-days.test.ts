import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildRule } from '#mail/alerts/build-rule';
import { firings } from '#mail/alerts/firings';
import { INCIDENTS, recordDays, type DayName, type Incident } from './recorded-days.ts';

const END = Date.UTC(2026, 10, 26);

type Draft = Parameters<typeof buildRule>[1];

function fired(draft: Draft, day: DayName, seed: number): readonly number[] {
  const built = buildRule('x', draft, undefined);
  assert.ok(built.kind === 'built', JSON.stringify(built));
  const { from, until, events } = recordDays(seed, END).days[day];
  return firings(built.rule, events, { from, until }).map(({ firedAt }) => firedAt);
}

const GOOD: Readonly<Record<Incident, Draft>> = {
  deferrals: {
    when: 'share of attempt.deferred in attempt.deferred,attempt.delivered >= 40%',
    over: '1h',
    least: 40,
    per: 'site',
  },
  spray: { when: 'count of session.authentication-failed >= 60', over: '1h', per: 'network' },
  silence: { when: 'nothing of message.received', over: '3h' },
};

/** Each would do on a day without noise. */
const NAIVE: Readonly<Record<Incident, Draft>> = {
  deferrals: { ...GOOD.deferrals, least: 15 },
  spray: { ...GOOD.spray, when: 'count of session.authentication-failed >= 10' },
  silence: { ...GOOD.silence, over: '1h' },
};

for (const incident of INCIDENTS) {
  test(`${incident}: a good rule tells it once and in time, and a quiet day not at all, whatever the seed`, () => {
    for (let seed = 0; seed < 40; seed++) {
      const { from, inTime } = recordDays(seed, END).incidents[incident];
      assert.deepEqual(fired(GOOD[incident], 'quiet', seed), []);
      const [at, ...more] = fired(GOOD[incident], 'incident', seed);
      assert.deepEqual(more, []);
      assert.ok(at! >= from && at! <= inTime, `seed ${seed}: ${(at! - from) / 60_000} minutes`);
    }
  });

  test(`${incident}: a rule that is too keen tells something of a quiet day`, () => {
    for (let seed = 0; seed < 40; seed++)
      assert.ok(fired(NAIVE[incident], 'quiet', seed).length > 0, `seed ${seed}`);
  });
}
