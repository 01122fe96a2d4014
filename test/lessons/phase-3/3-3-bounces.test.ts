import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { pass } from '../../support/lab/learner-mail.ts';
import { startLearner, type Learner } from '../../support/lab/learner.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
  await learner.configureApp();
});
after(() => learner[Symbol.asyncDispose]());

async function sendNewsletter(): Promise<void> {
  await learner.server.done('lab', 'app', 'newsletter', '--gap', '0');
}

async function markAsList(): Promise<void> {
  const field = 'List-Id: The paper lantern shop <lanterns.example.test>';
  await learner.server.done('lab', 'app', 'field', field);
}

test('3.3: a newsletter that does not say what it is suppresses nobody', async () => {
  await learner.start('3.3');
  await sendNewsletter();
  await pass(learner, '30m', '10m');
  const state = await learner.check('3.3');
  assert.deepEqual(state.seen, []);
  assert.match(state.why['bulk']!, /letters to single persons/);
});

test('What the app sent last is shown to people, not all that it ever sent', async () => {
  const { stdout, stderr } = await learner.server.command('lab', 'app', 'show', '--limit', '2');
  assert.equal([...stdout.matchAll(/ newsletter .* 250 /g)].length, 2);
  assert.match(stderr, /^These are the newest 2 of 9\.$/m);
  const [shown] = await learner.server.json<{ sends: unknown[] }>('lab', 'app', 'show');
  assert.equal(shown!.sends.length, 9);
});

test('3.3: who sends again before the late notice came writes to a dead address twice', async () => {
  await learner.start('3.3');
  await markAsList();
  await sendNewsletter();
  await pass(learner, '1m');
  await sendNewsletter();
  await pass(learner, '10m', '2m');
  const state = await learner.check('3.3');
  assert.deepEqual(state.seen, ['bulk', 'verp', 'hard', 'soft']);
  assert.match(state.why['late']!, /twenty minutes/);
  assert.match(state.why['second']!, /Written to again: ghost@bigmail\.test$/);
  await pass(learner, '30m', '10m');
  assert.deepEqual((await learner.check('3.3')).missing, ['second']);
});

test('3.3: who suppresses by hand in place of the server has shown nothing of bounces', async () => {
  await learner.start('3.3');
  await markAsList();
  const readers = await learner.server.json<{ address: string }>('lab', 'app', 'readers');
  for (const { address } of readers.filter((one) => !one.address.startsWith('reader')))
    await learner.server.done('suppression', 'add', address);
  await sendNewsletter();
  await pass(learner, '30m', '10m');
  await sendNewsletter();
  await pass(learner, '10m', '5m');
  const state = await learner.check('3.3');
  assert.deepEqual(state.missing, ['hard', 'late', 'soft']);
});

test('3.3: a list that is left to the server is clean after the notices of the first newsletter', async () => {
  await learner.start('3.3');
  await markAsList();
  await sendNewsletter();
  await pass(learner, '30m', '10m');
  const first = await learner.check('3.3');
  assert.deepEqual(first.missing, ['second'], first.why['hard'] ?? '');
  await sendNewsletter();
  await pass(learner, '10m', '5m');
  assert.deepEqual((await learner.check('3.3')).missing, []);
});

test('3.3: put back, it leaves nobody suppressed whom it drew, and leaves others as they were', async () => {
  const { server } = learner;
  await server.done('suppression', 'add', 'stranger@bigmail.test');
  const suppressed = async (): Promise<unknown[]> =>
    (await server.json('suppression', 'list')).map(({ address }) => address);
  assert.ok((await suppressed()).length > 4);
  await server.done('lab', 'reset', '3.3');
  assert.deepEqual(await suppressed(), ['stranger@bigmail.test']);
});
