import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { pass, untilMorning } from '../../support/lab/learner-mail.ts';
import { startLearner, type Learner } from '../../support/lab/learner.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
  await learner.configureApp();
});
after(() => learner[Symbol.asyncDispose]());

async function sendNewsletter(...more: readonly string[]): Promise<void> {
  await learner.server.command('lab', 'app', 'newsletter', '--gap', '0', ...more);
}

test('3.5: a server that hears that it is too fast slows down, and loses nothing', async () => {
  await untilMorning(learner);
  await learner.start('3.5');
  await sendNewsletter();
  await pass(learner, '1d', '2h');
  const state = await learner.check('3.5');
  assert.deepEqual(state.seen, ['slowed']);
  assert.match(state.why['fell']!, /more than twice the quota/);
  await learner.server.done('queue', 'remove', 'bigmail.test', '--silent');
});

test('3.5: who goes on past the server loses more with each day', async () => {
  await untilMorning(learner);
  await learner.start('3.5');
  await sendNewsletter('--direct');
  await untilMorning(learner);
  await sendNewsletter('--direct');
  await untilMorning(learner);
  const state = await learner.check('3.5');
  assert.deepEqual(state.seen, ['slowed', 'fell']);
  assert.match(state.why['calm']!, /letters were over the quota of 10/);
  assert.match(state.why['back']!, /is 5 a day for the address and 5 for the domain; it was 20/);
});

test('3.5: who waits and sends nothing has no quota back', async () => {
  await untilMorning(learner);
  await learner.start('3.5');
  await sendNewsletter('--direct');
  await pass(learner, '4d', '1d');
  assert.deepEqual((await learner.check('3.5')).missing, ['calm', 'back']);
});

test('3.5: who sends less, through the server and by a plan, has the quota back', async () => {
  await untilMorning(learner);
  await learner.start('3.5');
  await sendNewsletter('--direct');
  await pass(learner, '1d', '6h');
  const plan = ['--first', '8', '--growth', '1.2'];
  await learner.server.done('warm-up', 'start', 'bigmail.test', ...plan);
  await sendNewsletter();
  await pass(learner, '2d', '1h');
  const state = await learner.check('3.5');
  assert.deepEqual(state.missing, [], JSON.stringify(state.why));
});
