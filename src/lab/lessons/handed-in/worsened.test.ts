import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckId } from '#mail/doctor/texts';
import type { Status } from '#mail/doctor/status';
import { statusesOf, worsened } from './worsened.ts';

const found = (all: Partial<Record<CheckId, Status>>) =>
  Object.entries(all).map(([id, status]) => ({
    id: id as CheckId,
    subject: 'example.test',
    status,
  }));

test('what is worse than before is found, what was so already is not', () => {
  const before = statusesOf(found({ D6: 'pass', P1: 'warn', S1: 'skip', T1: 'fail' }));
  const now = found({ D6: 'fail', P1: 'warn', S1: 'warn', T1: 'warn' });
  assert.deepEqual(
    worsened(before, now).map(({ id }) => id),
    ['D6', 'S1'],
  );
});

test('a machine that is busier than before was broken by nobody', () => {
  const before = statusesOf(found({ H3: 'pass', H4: 'pass' }));
  assert.deepEqual(worsened(before, found({ H3: 'warn', H4: 'fail' })), []);
});

test('what could not be found out before, on a machine that was busy, was broken by nobody', () => {
  const before = statusesOf(found({ D3: 'unknown', S1: 'skip' }));
  const now = found({ D3: 'warn', S1: 'fail' });
  assert.deepEqual(
    worsened(before, now).map(({ id }) => id),
    ['S1'],
  );
});
