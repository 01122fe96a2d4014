import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { NOTHING } from '#lab/providers/senders/counts';
import { keepSenders } from '#store/lab/provider-senders';
import { openTestStore, type TestStore } from '../../../test/support/store/store.ts';
import { tellStanding } from './tell-day.ts';

const DAY = '2030-01-30';
const IP = '127.20.25.25';

let at: TestStore;
before(async () => {
  at = await openTestStore();
});
after(() => at[Symbol.asyncDispose]());

test('who sent bulk mail before is reckoned a sender of bulk mail on a last day of few letters too', async () => {
  const { pool } = at.store;
  const key = { provider: 'bigmail', kind: 'ip', name: IP } as const;
  const counts = { ...NOTHING, accepted: 45, inbox: 45, noOneClick: 10 };
  await keepSenders(pool, {
    senders: [{ ...key, day: DAY, quota: 160, score: 3, bulk: true }],
    days: [{ ...key, day: DAY, counts, codes: {}, quota: 160, score: 3 }],
    marks: [],
    cleared: [],
  });
  const [standing] = await tellStanding(pool, Date.parse(DAY), { ip: IP, domain: 'none.test' });
  // list mail that nobody can leave by one click halves the quota of such a sender, and doubles that of nobody
  assert.deepEqual(standing, {
    provider: 'bigmail',
    kind: 'ip',
    quota: 80,
    score: 3,
    reputation: 'good',
  });
});
