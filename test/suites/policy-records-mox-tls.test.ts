/**
 * mox's cases for MTA-STS records and policy files and for TLSRPT records (policy-records-mox/SOURCE.md): all 62 are judged as their author
 * does. The folder's cases for DMARC are in `policy-records-mox-dmarc.test.ts`.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { utf8 } from '#bytes';
import { parseStsPolicy } from '#protocol/mta-sts/policy-file';
import { parseStsRecord } from '#protocol/mta-sts/record';
import { parseTlsrptRecord } from '#protocol/tlsrpt/record';

interface Case {
  readonly kind: 'record' | 'policyFile';
  readonly text: string;
  readonly why?: string;
}

interface Cases {
  readonly valid: readonly Case[];
  readonly invalid: readonly Case[];
}

const suite = JSON.parse(
  readFileSync(new URL('policy-records-mox/records.json', import.meta.url), 'utf8'),
) as { readonly 'mta-sts-and-policy': Cases; readonly tlsrpt: Cases };

function isValidSts({ kind, text }: Case): boolean {
  return kind === 'record'
    ? parseStsRecord(text).kind === 'record'
    : parseStsPolicy(utf8(text)).kind === 'policy';
}

function isValidTlsrpt({ text }: Case): boolean {
  return parseTlsrptRecord(text).kind === 'record';
}

function judgeAll({ valid, invalid }: Cases, isValid: (one: Case) => boolean): number {
  for (const one of valid) assert.ok(isValid(one), `valid: ${JSON.stringify(one.text)}`);
  for (const one of invalid) {
    assert.ok(!isValid(one), `invalid (${one.why ?? 'no reason given'}): ${JSON.stringify(one.text)}`);
  }
  return valid.length + invalid.length;
}

test('all 42 records and policies of MTA-STS are judged as mox judges them', (t) => {
  const cases = suite['mta-sts-and-policy'];
  assert.deepEqual([cases.valid.length, cases.invalid.length], [7, 35]);
  t.diagnostic(`${judgeAll(cases, isValidSts)} cases of MTA-STS`);
});

test('all 20 TLSRPT records are judged as mox judges them', (t) => {
  const cases = suite.tlsrpt;
  assert.deepEqual([cases.valid.length, cases.invalid.length], [4, 16]);
  t.diagnostic(`${judgeAll(cases, isValidTlsrpt)} cases of TLSRPT`);
});
