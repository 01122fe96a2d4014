import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { pass, untilMorning } from '../../support/learner-mail.ts';
import { startLearner, type Learner } from '../../support/learner.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
  await learner.configureApp();
});
after(() => learner[Symbol.asyncDispose]());

async function sendNewsletter(): Promise<void> {
  await learner.server.done('lab', 'app', 'newsletter', '--gap', '0');
  await pass(learner, '4h', '1h');
}

async function keepConfirmed(): Promise<void> {
  await learner.server.done('lab', 'app', 'readers', '--keep', 'confirmed');
}

test('3.7: a clean list without the dirty one before shows no difference', async () => {
  await untilMorning(learner);
  await learner.start('3.7');
  await keepConfirmed();
  await sendNewsletter();
  const state = await learner.check('3.7');
  assert.deepEqual(state.seen, ['list']);
  assert.match(state.why['dirty']!, /bigmail \S+ 0\/10 0\.00 %, purple \S+ 0\/10 0\.00 %/);
});

test('3.7: who takes off only those who complained keeps the list that complains', async () => {
  await untilMorning(learner);
  await learner.start('3.7');
  await sendNewsletter();
  const first = await learner.check('3.7');
  assert.deepEqual(first.seen, ['dirty', 'reports']);
  assert.match(first.why['list']!, /without a confirmation: 52 of 72/);
  await pass(learner, '9d', '1d');
  await sendNewsletter();
  assert.deepEqual((await learner.check('3.7')).missing, ['list', 'clean']);
});

test('3.7: who writes to the clean list on the next day lies in spam folders still', async () => {
  await untilMorning(learner);
  await learner.start('3.7');
  await sendNewsletter();
  await keepConfirmed();
  await untilMorning(learner);
  await sendNewsletter();
  const state = await learner.check('3.7');
  assert.deepEqual(state.missing, ['clean']);
  assert.match(state.why['clean']!, /complaints count for seven days/);
  await learner.server.command('queue', 'remove', 'purple.test', '--silent');
});

test('3.7: readers who confirmed complain of nothing, once the complaints before are forgotten', async () => {
  await untilMorning(learner);
  await learner.start('3.7');
  await sendNewsletter();
  await keepConfirmed();
  await pass(learner, '9d', '1d');
  await sendNewsletter();
  const state = await learner.check('3.7');
  assert.deepEqual(state.missing, [], JSON.stringify(state.why));
});
