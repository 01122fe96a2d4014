/** What is refused and remarked is said in both languages, of the same things. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeholdersOf, type Phrase } from '#mail/story/phrase';
import { isRefused, refused, toldIn } from './outcome.ts';
import { REFUSALS, tellRefusal } from './refusals.ts';
import { saidWith } from './said.ts';
import { EXAMPLES } from './texts/examples.ts';
import { REMARKS } from './texts/remarks.ts';
import { HOW, WHAT } from './texts/zone-file.ts';
import { FLAW_PHRASES } from './wire/flaws.ts';

const PHRASES: readonly (readonly [string, Phrase])[] = [
  ...Object.entries(REFUSALS).map(([key, { message }]) => [`${key}.message`, message] as const),
  ...Object.entries(REFUSALS).map(([key, { remedy }]) => [`${key}.remedy`, remedy] as const),
  ...[REMARKS, WHAT, HOW, FLAW_PHRASES, EXAMPLES].flatMap((texts) => Object.entries<Phrase>(texts)),
];

test('every text is there in both languages with the same placeholders', () => {
  assert.ok(PHRASES.length > 120);
  for (const [name, { en, ja }] of PHRASES) {
    assert.notEqual(en.trim(), '', name);
    assert.notEqual(ja.trim(), '', name);
    assert.deepEqual(new Set(placeholdersOf(ja)), new Set(placeholdersOf(en)), name);
    if (!/^\{\w+\}$/.test(en)) assert.notEqual(en, ja, name);
    assert.doesNotMatch(
      ja,
      /[\u3040-\u30ff\u4e00-\u9fff][,.:;()?!]|[,;()?!][\u3040-\u30ff\u4e00-\u9fff]/,
      name,
    );
  }
});

test('a refusal is told in the language of who asks, with what stands in it', () => {
  const refusal = refused('cname-beside', { name: 'www.example.test', types: 'A, MX' });
  assert.ok(isRefused(refusal));
  assert.equal(refusal.reason, 'conflict');
  assert.match(
    toldIn(refusal, 'en').message,
    /^www\.example\.test has a CNAME and beside it A, MX:/,
  );
  assert.match(toldIn(refusal, 'ja').message, /^www\.example\.test に CNAME と A, MX が/);
});

test('a sentence within a sentence is in the same language', () => {
  const flaw = saidWith(WHAT.name, { word: '{what}' });
  const { message } = tellRefusal('line', { line: 3, what: flaw, how: HOW.name });
  assert.deepEqual(message, {
    en: 'Line 3: «{what}» is no domain name.',
    ja: '3 行目：«{what}» はドメイン名ではありません。',
  });
});
