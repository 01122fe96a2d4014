import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeholdersOf, type Phrase } from '#mail/story/phrase';
import { SETUP_TEXTS, STEP_TEXTS } from './setup-texts.ts';

test('what set-up says has the same places for values in both languages', () => {
  const phrases: Phrase[] = [
    ...Object.values(SETUP_TEXTS),
    ...Object.values(STEP_TEXTS).flatMap(({ made, there }) => [made, there]),
  ];
  for (const { en, ja } of phrases) assert.deepEqual(placeholdersOf(ja), placeholdersOf(en), en);
});
