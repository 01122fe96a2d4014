import assert from 'node:assert/strict';
import { test } from 'node:test';
import { computedFor } from '../../../../test/support/time/cpu-time.ts';
import { commandsIn, openSections, RUNBOOK_SECTIONS, runbookTemplate } from './runbook.ts';

const COMMANDS = ['doctor', 'queue list', 'queue retry', 'dkim rotate'];

test('A template is open in all its sections, in both languages', () => {
  for (const language of ['en', 'ja'] as const)
    assert.deepEqual(openSections(runbookTemplate(language)), RUNBOOK_SECTIONS);
});

test('A section is filled by words of its own in place of the prompt', () => {
  const prompt = '… What does the alert say, and what do people notice?';
  const words = 'More than a third of all attempts at one site are put off.';
  const filled = runbookTemplate('en').replace(prompt, words);
  assert.ok(!openSections(filled).includes('symptom'));
  const beside = runbookTemplate('en').replace(prompt, `${words}\n${prompt}`);
  assert.ok(openSections(beside).includes('symptom'));
  assert.ok(openSections(runbookTemplate('en').replace(prompt, 'Short.')).includes('symptom'));
});

test('Commands are what stands in code; one that is not there is named', () => {
  const text = [
    'Run `bin/hikyaku queue list bigmail.test`, or hikyaku queue forget.',
    '```sh',
    'sudo hikyaku doctor --only S1 | less',
    '$(hikyaku queue lisst)',
    'hikyaku queue list',
    '```',
  ].join('\n');
  assert.deepEqual(commandsIn(text, COMMANDS), {
    known: ['queue list', 'doctor'],
    unknown: ['queue lisst'],
  });
});

test('A long text of nothing but openings is read in a moment', () => {
  const text = '`hikyaku  '.repeat(40_000);
  const begun = computedFor();
  commandsIn(text, COMMANDS);
  openSections('## \n'.repeat(100_000));
  assert.ok(computedFor() - begun < 2000);
});
