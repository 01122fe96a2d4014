import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DnsPlan, PlannedRecord } from '#mail/dns-plan/record';
import type { ReportedPolicy, ReportedSource } from '#store/reports/dmarc-reports';
import { adviseOnReports, kindOfSource, ownCounts, ownSources } from './advise-on-reports.ts';

const DAY = 86_400_000;

function reported(p: string, days: number, testing = 'n'): ReportedPolicy {
  return {
    policy: {
      domain: 'example.org',
      discovery: '',
      p,
      sp: p,
      np: p,
      fo: '',
      adkim: 'r',
      aspf: 'r',
      testing,
    },
    sinceAt: new Date(0),
    lastAt: new Date(days * DAY - 1000),
    lastFrom: 'big.test',
    reports: days,
    unsigned: 0,
  };
}

const stepOf = (p: string, days: number, messages: number, aligned: number, testing?: string) =>
  adviseOnReports(reported(p, days, testing), { messages, aligned }).step;

test('a policy is raised step by step, once own mail has passed for two weeks', () => {
  assert.equal(adviseOnReports(undefined, { messages: 0, aligned: 0 }).step, 'no-reports');
  assert.equal(stepOf('none', 3, 10, 10), 'watch');
  assert.equal(stepOf('none', 14, 10, 10), 'to-quarantine');
  assert.equal(stepOf('quarantine', 13, 10, 10), 'watch');
  assert.equal(stepOf('quarantine', 14, 1000, 985), 'to-reject');
  assert.equal(stepOf('reject', 1, 10, 10), 'done');
  assert.equal(stepOf('reject', 20, 0, 0), 'done');
  assert.equal(stepOf('reject', 20, 10, 10, 'y'), 'end-test');
});

test('own mail that fails comes first: it is mended, or the policy taken back', () => {
  assert.deepEqual(adviseOnReports(reported('none', 30), { messages: 100, aligned: 97 }), {
    step: 'mend-own',
    messages: 100,
    failed: 3,
  });
  assert.equal(stepOf('reject', 30, 100, 97), 'back-off');
  assert.equal(stepOf('reject', 30, 100, 97, 'y'), 'mend-own');
  assert.equal(stepOf('none', 30, 0, 0), 'own-unseen');
});

test('what is own is read from the planned records; others pass or are unknown', () => {
  const record = (some: object): PlannedRecord =>
    ({ name: 'x', need: 'publish', zone: 'domain', ...some }) as PlannedRecord;
  const spf = [Buffer.from('v=spf1 a ip4:198.51.100.0/24 ip4:192.0.2.2 ip6:2001:DB8:0::2 -all')];
  const plan = {
    records: [
      record({ type: 'A', purpose: 'host-address', data: '192.0.2.1' }),
      record({ type: 'TXT', purpose: 'spf', data: spf }),
      record({ type: 'TXT', purpose: 'dmarc', data: [Buffer.from('ip4:192.0.2.9')] }),
    ],
  } as unknown as DnsPlan;
  const own = ownSources(plan);
  assert.deepEqual([...own], ['192.0.2.1', '192.0.2.2', '2001:db8::2']);
  assert.equal(ownSources(undefined).size, 0);
  const source = (sourceIp: string, aligned: number): ReportedSource => ({
    sourceIp,
    messages: 10,
    aligned,
    dkimAligned: aligned,
    spfAligned: 0,
    stopped: 0,
    names: [],
    reporters: [],
  });
  const sources = [source('192.0.2.1', 0), source('192.0.2.7', 1), source('192.0.2.8', 0)];
  assert.deepEqual(
    sources.map((one) => kindOfSource(one, own)),
    ['own', 'passes', 'unknown'],
  );
  assert.deepEqual(ownCounts(sources, own), { messages: 10, aligned: 0 });
});
