import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { pass, untilMorning } from '../../support/lab/learner-mail.ts';
import { startLearner, type Learner } from '../../support/lab/learner.ts';
import { eventually } from '../../support/program/running-server.ts';

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

/** One letter to each who came by the form; who wants the newsletter answers within an hour or so. */
async function inviteReaders(): Promise<void> {
  await learner.server.done('lab', 'app', 'invite');
  await pass(learner, '3h', '1h');
  await eventually('an answer was taken in', async () => {
    const rows = await learner.server.json('lab', 'app', 'confirmations');
    return rows.length === 8;
  });
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
  assert.deepEqual((await learner.check('3.7')).missing, ['asked', 'list', 'clean']);
});

test('3.7: who writes to the clean list on the next day lies in spam folders still', async () => {
  await untilMorning(learner);
  await learner.start('3.7');
  await sendNewsletter();
  await keepConfirmed();
  await untilMorning(learner);
  await sendNewsletter();
  const state = await learner.check('3.7');
  assert.deepEqual(state.missing, ['asked', 'clean']);
  assert.match(state.why['clean']!, /complaints count for seven days/);
  await learner.server.command('queue', 'remove', 'purple.test', '--silent');
});

test('3.7: readers who confirmed complain of nothing, once the complaints before are forgotten', async () => {
  await untilMorning(learner);
  await learner.start('3.7');
  await inviteReaders();
  await sendNewsletter();
  await keepConfirmed();
  await pass(learner, '9d', '1d');
  await sendNewsletter();
  const state = await learner.check('3.7');
  assert.deepEqual(state.missing, [], JSON.stringify(state.why));
});

test('3.7: whoever is asked confirms from their own mailbox, and nobody who only was typed in does', async () => {
  await untilMorning(learner);
  await learner.start('3.7');
  await inviteReaders();
  const readers = await learner.server.json<{ address: string; came: string }>(
    'lab',
    'app',
    'readers',
  );
  const confirmed = readers.filter(({ came }) => came === 'confirmed');
  assert.equal(confirmed.length, 28);
  assert.ok(confirmed.every(({ address }) => address.startsWith('reader')));
  const form = readers.filter(({ came }) => came === 'form');
  assert.equal(form.length, 8);
  assert.ok(form.every(({ address }) => address.startsWith('guest')));
  assert.deepEqual((await learner.check('3.7')).seen, ['asked']);
  // nobody is asked twice
  const [again] = await learner.server.json<{ taken: number }>('lab', 'app', 'invite');
  assert.equal(again!.taken, 0);
});
