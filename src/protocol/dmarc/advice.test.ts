import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adviseOn } from './advice.ts';
import { parseRecord } from './record.ts';

function kinds(text: string): string[] {
  const record = parseRecord(text);
  assert.ok(record);
  return adviseOn({ domain: 'a.example', result: 'fail', record }).map(({ advice }) => advice);
}

test('a record that protects and reports needs nothing', () => {
  assert.deepEqual(kinds('v=DMARC1; p=reject; rua=mailto:a@b.example'), []);
  assert.deepEqual(kinds('v=DMARC1; p=quarantine; sp=reject; rua=mailto:a@b.example'), []);
  assert.deepEqual(kinds('v=DMARC1; p=none; np=reject; rua=mailto:a@b.example'), []);
});

test('what leaves a gap is told', () => {
  assert.deepEqual(kinds('v=DMARC1; p=none'), ['policy-none', 'no-reports']);
  assert.deepEqual(kinds('v=DMARC1; rua=mailto:a@b.example'), ['policy-none']);
  assert.deepEqual(kinds('v=DMARC1; p=reject; sp=none; rua=mailto:a@b.example'), ['weaker-sp']);
  assert.deepEqual(kinds('v=DMARC1; p=reject; np=none; rua=mailto:a@b.example'), ['weaker-np']);
  assert.deepEqual(kinds('v=DMARC1; p=reject; t=y; rua=mailto:a@b.example'), ['test-mode']);
  assert.deepEqual(
    kinds('v=DMARC1; p=reject; psd=y; rua=mailto:a@b.example; ruf=mailto:a@b.example'),
    ['psd-ruf'],
  );
});

test('remarks on the record come after, with what stands in it', () => {
  const record = parseRecord('v=DMARC1; p=reject; pct=50; rua=mailto:a@b.example')!;
  assert.deepEqual(adviseOn({ domain: 'a.example', result: 'fail', record }), [
    { step: 'advice', rfc: 'RFC 9989 §9.3', advice: 'removed', tag: 'pct', value: '50' },
  ]);
});

test('a domain without a record is told what to publish, one that could not be asked is not', () => {
  const [advice] = adviseOn({ domain: 'a.example', result: 'none' });
  assert.deepEqual([advice?.advice, advice?.value], ['no-record', 'a.example']);
  assert.deepEqual(adviseOn({ domain: 'a.example', result: 'temperror' }), []);
});
