import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { startLearner, type Learner } from '../../support/lab/learner.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
});
after(() => learner[Symbol.asyncDispose]());

const done = (...args: string[]): Promise<string> => learner.server.done(...args);

const SECTIONS = {
  Symptom: 'The alert deferrals is on: more than 40 % of all attempts at one site are put off.',
  Impact:
    'Readers at this provider wait for their mail; it may wait four hours before they notice.',
  Diagnosis:
    '`bin/hikyaku alert show deferrals` names the site, `bin/hikyaku queue list SITE` shows its replies.',
  Repair: [
    '4.7.28: slow down.',
    '',
    '```sh',
    'hikyaku warm-up start SITE',
    'hikyaku doctor',
    '```',
  ].join('\n'),
  Verification:
    '`hikyaku alert list` says that it is off, and the queue gets shorter within an hour.',
  Escalation:
    'After two hours: the owner of the newsletter, who stops the issue; then the postmaster.',
};

async function write(sections: Readonly<Record<string, string>>, title: string): Promise<string> {
  const file = path.join(learner.server.home, 'runbook.md');
  const parts = Object.entries(sections).map(([heading, text]) => `## ${heading}\n\n${text}\n`);
  await writeFile(file, `# ${title}\n\n${parts.join('\n')}`);
  return file;
}

test('3.13: the template as it is printed fills nothing', async () => {
  await learner.start('3.13');
  for (const lang of ['en', 'ja']) {
    const file = path.join(learner.server.home, `template-${lang}.md`);
    await writeFile(file, await done('lab', 'runbook', '--lang', lang));
    await learner.answer('3.13', { file });
    const state = await learner.check('3.13');
    assert.deepEqual(state.seen, []);
    assert.match(state.why['sections']!, /^Open: Symptom, .*Escalation$/);
    assert.match(state.why['commands']!, /so far: 0/);
    assert.match(state.why['linked']!, /alert change NAME --runbook \/.*\.md$/);
  }
});

test('3.13: commands that are not there, and those of the practice Internet, are named', async () => {
  await learner.start('3.13');
  const bad = {
    ...SECTIONS,
    Repair: '`hikyaku queue flush` and then `hikyaku lab clock 1d`; wait for an hour.',
  };
  await learner.answer('3.13', { file: await write(bad, 'Deferrals') });
  const { why } = await learner.check('3.13');
  assert.match(why['commands']!, /: queue flush, lab clock$/);
});

test('3.13: an alert that is paused, or that the page does not name, does not lead to it', async () => {
  await learner.start('3.13');
  const file = await write(SECTIONS, 'Runbook: deferrals');
  await learner.answer('3.13', { file });
  await done('alert', 'change', 'hard-bounces', '--runbook', file);
  assert.match(
    (await learner.check('3.13')).why['linked']!,
    /does not name its alert, hard-bounces/,
  );
  await done('alert', 'change', 'deferrals', '--runbook', file);
  await done('alert', 'pause', 'deferrals');
  assert.deepEqual((await learner.check('3.13')).missing, ['linked']);
});

test('3.13: a page that is filled in, with commands that there are, linked from its alert', async () => {
  await learner.start('3.13');
  await done('alert', 'resume', 'deferrals');
  const file = await write(SECTIONS, 'Runbook: deferrals');
  await done('alert', 'change', 'deferrals', '--runbook', `${file}#symptom`);
  await learner.answer('3.13', { file: path.relative(learner.server.home, file) });
  const state = await learner.check('3.13');
  assert.deepEqual(state.why, {});
  assert.ok(state.passed);
});

test('3.13: a file that is not there, or has no end, is refused by the command line', async () => {
  await learner.start('3.13');
  const answer = (file: string) => learner.server.command('lab', 'answer', '3.13', `file=${file}`);
  assert.match((await answer('nowhere.md')).stderr, /nowhere\.md: ENOENT/);
  const long = path.join(learner.server.home, 'long.md');
  await writeFile(long, 'x'.repeat(200_000));
  assert.match((await answer(long)).stderr, /too long/);
});
