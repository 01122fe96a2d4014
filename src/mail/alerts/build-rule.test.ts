import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BUILT_IN_RULES } from './built-in.ts';
import { buildRule } from './build-rule.ts';
import { readStoredRule } from './rule-schema.ts';

test('a rule has what is usual where nothing is said, and is read back as it was stored', () => {
  const built = buildRule(
    'bounces',
    { when: 'share of attempt.failed in attempt.failed >= 5%' },
    undefined,
  );
  assert.ok(built.kind === 'built');
  const { when, over, per, severity } = built.rule;
  assert.deepEqual(
    [when.kind === 'share' && when.fewest, over, per, severity],
    [20, 3_600_000, 'all', 'warning'],
  );
  assert.deepEqual(readStoredRule(JSON.parse(JSON.stringify(built.rule))), built.rule);
  for (const rule of BUILT_IN_RULES.values()) assert.deepEqual(readStoredRule(rule), rule);
  assert.equal(readStoredRule({ ...built.rule, over: 1 }), undefined);
});

test('a change leaves alone what it does not name', () => {
  const base = BUILT_IN_RULES.get('deferrals')!;
  const built = buildRule('deferrals', { least: 200, severity: 'critical' }, base);
  assert.ok(built.kind === 'built' && base.when.kind === 'share');
  assert.deepEqual(built.rule, {
    ...base,
    severity: 'critical',
    when: { ...base.when, fewest: 200 },
  });
});

test('what cannot be a rule is refused with a remedy', () => {
  const when = 'count of session.refused >= 1';
  for (const [name, draft] of [
    ['Bad Name', { when }],
    ['', { when }],
    ['x', {}],
    ['x', { when, over: '301m' }],
    ['x', { when, over: '2w' }],
    ['x', { when, least: 5 }],
    ['x', { when, per: 'site' }],
    ['x', { when, per: 'domain' }],
    ['x', { when: 'count of queue.held >= 1', per: 'network' }],
    ['x', { when, text: 'two\r\nlines' }],
    ['x', { when, runbook: '/srv/\x1b[31m' }],
  ] as const) {
    const built = buildRule(name, draft, undefined);
    assert.ok(
      built.kind === 'failed' && built.problem !== '' && built.remedy !== '',
      JSON.stringify(draft),
    );
  }
  assert.equal(buildRule('x', { when, per: 'network' }, undefined).kind, 'built');
  assert.equal(
    buildRule('x', { when: 'count of dkim.begun >= 1', per: 'domain' }, undefined).kind,
    'built',
  );
});
