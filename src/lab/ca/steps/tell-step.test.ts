import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeholdersOf } from '#mail/story/phrase';
import { CA_STEP_TEXTS } from './step-texts.ts';
import { tellCaStep } from './tell-step.ts';

test('both languages of a step say the same things', () => {
  for (const [name, { en, ja }] of Object.entries(CA_STEP_TEXTS)) {
    assert.deepEqual(placeholdersOf(ja), placeholdersOf(en), name);
    assert.match(ja, /[ぁ-ん]/, name);
  }
});

test('a step is told with what was seen, and what a host said cannot reach the terminal', () => {
  const base = { at: 0, rfc: 'RFC 8555 §8.4' };
  const step = {
    ...base,
    step: 'asked-dns',
    name: 'a.test',
    type: 'TXT',
    answers: ['one', '\x1b[2Jtwo'],
  } as const;
  assert.equal(tellCaStep(step, 'en'), 'Asked the DNS for TXT of a.test: one, \\x1b[2Jtwo.');
  assert.equal(
    tellCaStep(step, 'ja'),
    'DNS に a.test の TXT を問い合わせました（回答：one、\\x1b[2Jtwo）。',
  );
});
