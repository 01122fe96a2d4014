import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeholdersOf, type Phrase } from '#mail/story/phrase';
import { commandsIn, faultOf } from '../../../../test/support/program/command-line.ts';
import { SETUP_TEXTS, STEP_TEXTS } from './texts.ts';

test('what set-up says has the same places for values in both languages', () => {
  const phrases: Phrase[] = [
    ...Object.values(SETUP_TEXTS),
    ...Object.values(STEP_TEXTS).flatMap(({ made, there }) => [made, there]),
  ];
  for (const { en, ja } of phrases) assert.deepEqual(placeholdersOf(ja), placeholdersOf(en), en);
});

test('each command line that set-up names is one', async () => {
  let named = 0;
  for (const [name, { en, ja }] of Object.entries(SETUP_TEXTS))
    for (const line of [...commandsIn(en), ...commandsIn(ja)]) {
      assert.equal(await faultOf(line), undefined, `${name}: ${line}`);
      named++;
    }
  assert.ok(named >= 8, String(named));
});
