import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tellSource } from './reports.ts';

const source = {
  domain: 'example.org',
  kind: 'source',
  sourceIp: '203.0.113.7',
  messages: 12,
  aligned: 0,
  dkimAligned: 0,
  spfAligned: 0,
  stopped: 5,
  names: [],
  reporters: ['big.test'],
} as const;

test('each source is told in a sentence, and what to do next in both languages', () => {
  assert.equal(
    tellSource({ ...source, source: 'unknown' }, 'en'),
    '  203.0.113.7 is unknown: 12 messages failed, 5 of them were quarantined or refused.',
  );
  assert.equal(
    tellSource({ ...source, source: 'own', aligned: 12, names: ['example.org'] }, 'ja'),
    '  203.0.113.7 (example.org)（このサーバー）：12 通のうち 12 通が成功しました（100 %）。',
  );
  const advice = { domain: 'example.org', kind: 'advice' } as const;
  assert.match(
    tellSource({ ...advice, advice: { step: 'to-quarantine', days: 20 } }, 'en'),
    /raise p=none to p=quarantine \(hikyaku domain dmarc example\.org --policy quarantine.* 20 days/,
  );
  assert.match(
    tellSource({ ...advice, advice: { step: 'back-off', messages: 10, failed: 4 } }, 'ja'),
    /p=none に戻してください.*10 通のうち 4 通が失敗/,
  );
});
