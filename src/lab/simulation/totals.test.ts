import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimulatedDay } from './tell-day.ts';
import { totalsOf } from './totals.ts';

const DAY: SimulatedDay = {
  day: 1,
  provider: 'bigmail',
  handedIn: 10,
  planned: null,
  inbox: 4,
  spam: 1,
  deferred: 5,
  refused: 0,
  replies: { '421 4.7.28 bigmail.rate-ip': 5 },
  opened: 2,
  answered: 0,
  complaints: 1,
  waiting: 5,
  quota: 20,
  reputation: 'unknown',
};

test('days add up by provider, what waits is what waits in the end, and the reply that came most often is named', () => {
  const days = [
    DAY,
    { ...DAY, day: 2, waiting: 3, replies: { '550 5.1.1 bigmail.unknown-user': 6 } },
    { ...DAY, provider: 'purple', inbox: 7, replies: {} },
  ];
  const standing = ['bigmail', 'purple'].flatMap((provider) =>
    (['ip', 'domain'] as const).map((kind) => ({
      provider,
      kind,
      quota: kind === 'ip' ? 40 : 80,
      score: 3,
      reputation: 'good' as const,
    })),
  );
  const [bigmail, purple] = totalsOf(days, standing);
  assert.deepEqual(bigmail, {
    provider: 'bigmail',
    handedIn: 20,
    inbox: 8,
    spam: 2,
    deferred: 10,
    refused: 0,
    opened: 4,
    complaints: 2,
    waiting: 3,
    quota: 40,
    reputation: 'good',
    mostFrequent: '6 × 550 5.1.1 bigmail.unknown-user',
  });
  assert.deepEqual([purple!.inbox, purple!.mostFrequent], [7, '']);
});
