import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_COUNTS } from '#mail/reputation/score';
import { tellHistory } from './tell-history.ts';

test('what is known of a sender is told in both languages', () => {
  const known = {
    ...NO_COUNTS,
    name: 'good.example',
    accepted: 12.5,
    standing: 'good',
    score: 0.56,
  };
  const times = { since: '2026-11-01 09:00', last: '2026-11-24 10:00' };
  assert.deepEqual(tellHistory(known as Parameters<typeof tellHistory>[0], times, 'en'), [
    'good.example, messages so far, older ones counting less: 12.5 taken, 0 as junk, 0 refused, 0 spam by the content scanner, 0 moved into Junk by readers and 0 out of it; 0 recipients that are not here. Score 0.56, between -1 and 1.',
    'First seen 2026-11-01 09:00, counted last 2026-11-24 10:00.',
    'A good history spares greylisting. It excuses nothing else.',
  ]);
  const told = tellHistory(known as Parameters<typeof tellHistory>[0], times, 'ja').join('');
  assert.match(
    told,
    /^good\.example のこれまでのメール.*受信 12\.5.*初回の記録は 2026-11-01 09:00/,
  );
});
