import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Json } from '#events';
import { LANGUAGES } from '#protocol/dsn/language';
import type { ArcStep } from '#protocol/arc/report';
import { RULES as ARC_RULES } from '#protocol/arc/rules';
import type { ReportStep } from '#protocol/dkim/report';
import { type Reason, RULES } from '#protocol/dkim/rules';
import { FRAME } from '#mail/story/texts/frame-texts';
import { tellArcStep } from './tell-arc.ts';
import { tellDkimStep } from './tell-dkim.ts';

const rfc = 'RFC 6376 §3.5';
const record = 'v=DKIM1; k=ed25519; p=YQ==';
const canonicalization = { header: 'relaxed', body: 'simple' } as const;

const STEPS: readonly ReportStep[] = [
  { step: 'no-signature', rfc },
  { step: 'signatures-left-out', rfc, count: 2 },
  {
    step: 'signature-read',
    rfc,
    algorithm: 'rsa-sha256',
    domain: 'example.test',
    selector: 's1',
    canonicalization,
    signedFields: ['From', 'Subject'],
  },
  { step: 'key-asked', rfc, name: 's1._domainkey.example.test', answer: { kind: 'none' } },
  {
    step: 'key-asked',
    rfc,
    name: 's1._domainkey.example.test',
    answer: { kind: 'records', records: [record], more: 5 },
  },
  { step: 'key-asked', rfc, name: 'n', answer: { kind: 'temporary', detail: 'SERVFAIL' } },
  { step: 'key-refused', rfc, record, reason: 'key-revoked' },
  { step: 'key-accepted', rfc, record, keyType: 'ed25519', bits: 256, testing: true },
  { step: 'header-checked', rfc, canonicalization: 'relaxed', matches: true },
  { step: 'header-checked', rfc, canonicalization: 'relaxed', matches: false },
  ...[true, false].map((matches) => ({
    step: 'body-hashed' as const,
    rfc: 'RFC 6376 §3.7' as const,
    canonicalization: 'simple' as const,
    claimed: 'YQ==',
    computed: 'Yg==',
    octets: 20,
    uncovered: 7,
    matches,
  })),
  { step: 'weakness', rfc, kind: 'octets-uncovered', octets: 7 },
  { step: 'weakness', rfc, kind: 'body-form-uncovered', field: 'Content-Type' },
  { step: 'weakness', rfc, kind: 'field-uncovered', field: 'Subject', present: 2, signed: 1 },
  { step: 'concluded', rfc, result: 'pass', domain: 'example.test', selector: 's1' },
  ...(Object.keys(RULES) as Reason[]).map((reason) => ({
    step: 'concluded' as const,
    rfc: RULES[reason].rfc,
    result: RULES[reason].result,
    reason,
    tag: 'x',
    domain: 'example.test',
  })),
];

const at = { field: 'ARC-Seal', instance: 2 } as const;
const ARC: readonly ArcStep[] = [
  {
    step: 'fields-collected',
    rfc,
    highest: 2,
    fields: { 'ARC-Authentication-Results': 2, 'ARC-Message-Signature': 2, 'ARC-Seal': 2 },
  },
  {
    step: 'set-read',
    rfc,
    instance: 2,
    cv: 'pass',
    domain: 'list.test',
    selector: 's',
    signatureDomain: 'list.test',
    signsFrom: false,
    results: 'mx.list.test; spf=pass',
  },
  { step: 'header-checked', rfc, canonicalization: 'relaxed', matches: true, ...at },
  { step: 'signature-judged', rfc, domain: 'list.test', valid: true, ...at },
  { step: 'signature-judged', rfc, valid: false, reason: 'missing-tag', tag: 'd', ...at },
  { step: 'oldest-pass', rfc, instance: 0 },
  { step: 'oldest-pass', rfc, instance: 2 },
  { step: 'concluded', rfc, cv: 'pass' },
  { step: 'concluded', rfc, cv: 'none' },
  ...Object.keys(ARC_RULES).map((reason) => ({
    step: 'concluded' as const,
    rfc: 'RFC 8617 §5.2' as const,
    cv: 'fail' as const,
    reason: reason as keyof typeof ARC_RULES,
    at,
  })),
];

const TOLD = [
  ...STEPS.map((step) => [step, tellDkimStep] as const),
  ...ARC.map((step) => [step, tellArcStep] as const),
];

for (const language of LANGUAGES) {
  test(`every step of DKIM and ARC is a sentence without a gap: ${language}`, () => {
    for (const [step, tell] of TOLD) {
      const said = tell(step as unknown as Json, language);
      assert.ok(!said.includes(FRAME.notRecorded[language]), said);
      assert.doesNotMatch(said, /[{}]|a step that this version|説明できない手順|\?/, said);
      const end = language === 'ja' ? /。$|：[^。]*$/ : /\.$|: [^.]*$/;
      if (step.step !== 'set-read') assert.match(said, end);
    }
  });

  test(`a step of another version, or one that was erased, is told as far as it goes: ${language}`, () => {
    for (const tell of [tellDkimStep, tellArcStep]) {
      for (const step of [null, 'x', {}, { step: 'toString' }, { step: 'key-asked' }] as Json[]) {
        assert.notEqual(tell(step, language), '');
      }
      assert.notEqual(tell({ step: 'concluded', result: 'hasOwnProperty' }, language), '');
    }
  });
}

describe('what strangers wrote', () => {
  test('cannot act on a terminal', () => {
    const answer = { kind: 'records', records: ['\x1b[31m\u202e'] };
    const said = tellDkimStep({ step: 'key-asked', name: '\x07', answer }, 'en');
    assert.doesNotMatch(said, /[\x00-\x1f\u202e]/);
  });
});
