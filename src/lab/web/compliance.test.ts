import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PostmasterRow } from '#lab/providers/senders/postmaster';
import { complianceOf } from './compliance.ts';

function row(given: Partial<PostmasterRow>): PostmasterRow {
  return {
    day: '2030-01-01',
    kind: 'domain',
    sender: 'good.test',
    messages: 100,
    inbox: 100,
    spam: 0,
    spf: 1,
    dkim: 1,
    dmarc: 1,
    tls: 1,
    spamRate: 0,
    complaints: 0,
    opened: 0,
    replied: 0,
    rescued: 0,
    deleted: 0,
    noOneClick: 0,
    deferred: 0,
    rejected: 0,
    errors: [],
    quota: 100,
    reputation: 'good',
    ...given,
  };
}

const FINE = {
  spf: 'fine',
  dkim: 'fine',
  dmarc: 'fine',
  ptr: 'fine',
  tls: 'fine',
  'one-click': 'fine',
  'spam-rate': 'fine',
} as const;

test('who does everything as it should be is fine; each thing that is not needs work alone', () => {
  assert.deepEqual(complianceOf([row({})]), FINE);
  const faults: readonly [keyof typeof FINE, Partial<PostmasterRow>][] = [
    ['spf', { spf: 0.9 }],
    ['dkim', { dkim: 0 }],
    ['dmarc', { dmarc: 0.97 }],
    ['tls', { tls: 0.5 }],
    ['ptr', { errors: [{ code: '421 4.7.23', count: 1 }] }],
    ['ptr', { errors: [{ code: '550 5.7.25', count: 1 }] }],
    ['one-click', { noOneClick: 1 }],
    ['spam-rate', { spamRate: 0.003 }],
  ];
  for (const [item, fault] of faults)
    assert.deepEqual(complianceOf([row(fault)]), { ...FINE, [item]: 'needs-work' });
});

test('days weigh by their messages, and what was never judged has no verdict', () => {
  const days = [row({ messages: 10_000 }), row({ messages: 1, spf: 0 })];
  assert.equal(complianceOf(days).spf, 'fine');
  const unseen = row({ spf: null, dkim: null, dmarc: null, tls: null, spamRate: null });
  const { spf, 'spam-rate': rate, ptr } = complianceOf([unseen]);
  assert.deepEqual([spf, rate, ptr], ['no-data', 'no-data', 'fine']);
  assert.ok(Object.values(complianceOf([])).every((verdict) => verdict === 'no-data'));
});
