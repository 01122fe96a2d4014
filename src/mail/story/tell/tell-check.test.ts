import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CHECK_STEP_TEXTS } from '#mail/story/texts/verdict-texts';
import type { Phrase } from '#mail/story/phrase';
import { tellCheckStep } from './tell-check.ts';

/** Steps whose rule is no RFC's. */
const OWN_RULES = /^(?:greylist-(?:spared|good|known)|history-|scanner-|.*forwarder|none-trusted)/;

test('a step whose rule is our own names the decision or the setting behind it, in stories of before too', () => {
  for (const [step, phrase] of Object.entries<Phrase>(CHECK_STEP_TEXTS)) {
    if (!OWN_RULES.test(step)) continue;
    const { rfc } = tellCheckStep('form', { step }, 'en');
    assert.equal(rfc, phrase.rfc);
    assert.match(rfc ?? step, /^docs\/(?:decisions\/\d{4}$|settings\.md )/);
  }
  assert.equal(tellCheckStep('form', { step: 'header-too-long' }, 'en').rfc, 'RFC 5321 §7.8');
});

test('what a step keeps of its rule goes before what is known of it now', () => {
  const step = { step: 'greylist-good', rfc: 'RFC 6647 §2.3' };
  assert.equal(tellCheckStep('greylist', step, 'en').rfc, 'RFC 6647 §2.3');
});

test('the decisions and settings that steps name are there', () => {
  const root = new URL('../../../../', import.meta.url);
  const settings = readFileSync(new URL('docs/settings.md', root), 'utf8');
  assert.ok(existsSync(new URL('docs/decisions/0027-history-of-senders.md', root)));
  assert.ok(
    existsSync(new URL('docs/decisions/0018-lists-and-forwarders-are-trusted-by-domain.md', root)),
  );
  for (const { rfc = '' } of Object.values<Phrase>(CHECK_STEP_TEXTS)) {
    const [, key] = /^docs\/settings\.md (.+)$/.exec(rfc) ?? [];
    if (key !== undefined) assert.ok(settings.includes(`\n### ${key}\n`), key);
  }
});
