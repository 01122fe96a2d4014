/** What the pages say, in both languages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeholdersOf, type Phrase } from '#mail/story/phrase';
import { KIND_TEXTS } from './dns-texts.ts';
import {
  ITEM_TEXTS,
  REFUSED_TEXTS,
  REPUTATION_TEXTS,
  SITE_TEXTS,
  TEXTS,
  VERDICT_TEXTS,
} from './texts.ts';

const ALL = [
  TEXTS,
  SITE_TEXTS,
  KIND_TEXTS,
  ITEM_TEXTS,
  VERDICT_TEXTS,
  REPUTATION_TEXTS,
  REFUSED_TEXTS,
];
const PHRASES = ALL.flatMap((texts) => Object.entries<Phrase>(texts));

test('every text of the pages is there in both languages, with the same placeholders', () => {
  assert.ok(PHRASES.length > 150);
  for (const [name, { en, ja }] of PHRASES) {
    assert.notEqual(en.trim(), '', name);
    assert.notEqual(ja.trim(), '', name);
    assert.deepEqual(new Set(placeholdersOf(ja)), new Set(placeholdersOf(en)), name);
    assert.doesNotMatch(
      ja,
      /[\u3040-\u30ff\u4e00-\u9fff][,.:;()?!]|[,;()?!][\u3040-\u30ff\u4e00-\u9fff]/,
      name,
    );
  }
});
