/**
 * mox's cases for DMARC records (policy-records-mox/SOURCE.md), written for RFC 7489, judged by RFC 9989. What a record comes to is one of:
 * a policy; `ignored`: no record of DMARC; `no policy`: a record by which nothing is done (§4.10.1). mox calls a record valid that has
 * a policy by RFC 7489. Where RFC 9989 says otherwise the case stands below with the reason. The folder's other cases are
 * those of MTA-STS and TLS-RPT.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { policiesOf } from '#protocol/dmarc/policy';
import { parseRecord } from '#protocol/dmarc/record';

interface Case {
  readonly text: string;
  readonly why?: string;
}

const { dmarc } = JSON.parse(
  readFileSync(new URL('policy-records-mox/records.json', import.meta.url), 'utf8'),
) as { readonly dmarc: { readonly valid: readonly Case[]; readonly invalid: readonly Case[] } };

function judged(text: string): string {
  const record = parseRecord(text);
  if (!record) return 'ignored';
  const { policies } = policiesOf(record);
  return policies ? `p=${policies.p}${policies.sp ? ` sp=${policies.sp}` : ''}` : 'no policy';
}

const VALID: readonly string[] = [
  'p=none',
  'p=none',
  'p=none',
  'p=none',
  'p=quarantine',
  'p=reject sp=none',
];

const ORDER = 'RFC 9989 §4.7: only v has a place, the first one; sp may stand before p';
const SIZE = 'RFC 9989 §4.8: an obsolete size is ignored, however large; p is absent, so it counts as none';

/** Invalid by RFC 7489, with a policy by RFC 9989. */
const DIFFERENT: Readonly<Record<string, readonly [expected: string, reason: string]>> = {
  'v=DMARC1; sp=reject; p=reject': ['p=reject sp=reject', ORDER],
  'v=DMARC1; rua=mailto:dmarc-feedback@example.com!99999999999999999999999999999999999999999999999':
    ['p=none', SIZE],
};

/** Invalid by RFC 7489, and a record by RFC 9989, by which nothing is done: without a valid p, and nowhere to report to. */
const NO_POLICY = new Set([
  'v=DMARC1',
  'v=DMARC1;',
  'v=DMARC1; sp=invalid',
  'v=DMARC1; p=none; p=none',
  'v=DMARC1; p=none; p=reject',
  'v=DMARC1;;',
  'v=DMARC1; adkim=x',
  'v=DMARC1; aspf=123',
  'v=DMARC1; ri=',
  'v=DMARC1; ri=-1',
  'v=DMARC1; ri=99999999999999999999999999999999999999',
  'v=DMARC1; ri=123bad',
  'v=DMARC1; ri=bad',
  'v=DMARC1; fo=',
  'v=DMARC1; fo=01',
  'v=DMARC1; fo=bad',
  'v=DMARC1; rf=bad-trailing-dash-',
  'v=DMARC1; rf=',
  'v=DMARC1; rf=bad.non-alphadigitdash',
  'v=DMARC1; p=badvalue',
  'v=DMARC1; sp=bad',
  'v=DMARC1; pct=110',
  'v=DMARC1; pct=bogus',
  'v=DMARC1; pct=',
  'v=DMARC1; rua=',
  'v=DMARC1; rua=bogus',
  'v=DMARC1; rua=mailto:dmarc-feedback@example.com!',
  'v=DMARC1; rua=mailto:dmarc-feedback@example.com!10p',
]);

/** What in those is no fault any more: beside a valid p the record has its policy. */
const HARMLESS = [
  'adkim=x', 'aspf=123', 'ri=', 'ri=-1', 'ri=bad', 'fo=', 'fo=01', 'fo=bad', 'rf=', 'rf=bad-trailing-dash-',
  'pct=110', 'pct=bogus', 'pct=', 'rua=', 'rua=bogus', 'rua=mailto:dmarc-feedback@example.com!10p', '',
];

test('all 41 DMARC records of mox are judged by RFC 9989', (t) => {
  const { valid, invalid } = dmarc;
  assert.equal(valid.length, 6);
  assert.equal(invalid.length, 35);
  assert.deepEqual(
    valid.map(({ text }) => judged(text)),
    VALID,
  );
  const counts = { ignored: 0, 'no policy': 0, different: 0 };
  for (const { text, why } of invalid) {
    const different = DIFFERENT[text];
    const expected = different?.[0] ?? (NO_POLICY.has(text) ? 'no policy' : 'ignored');
    assert.equal(judged(text), expected, `${text} (${why ?? 'no reason given'})`);
    if (different) t.diagnostic(`differs from RFC 7489: ${text.slice(0, 60)}: ${different[1]}`);
    counts[different ? 'different' : (expected as 'ignored' | 'no policy')]++;
  }
  assert.deepEqual(counts, { ignored: 5, 'no policy': 28, different: 2 });
  t.diagnostic(`41 records: 6 valid, ${JSON.stringify(counts)}`);
});

test('what RFC 7489 called a fault is none beside a valid policy', () => {
  for (const fault of HARMLESS) assert.equal(judged(`v=DMARC1; p=reject; ${fault}`), 'p=reject', fault);
});
