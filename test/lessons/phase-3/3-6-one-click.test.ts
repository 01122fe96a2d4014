import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { pass, told } from '../../support/lab/learner-mail.ts';
import { startLearner, type Learner } from '../../support/lab/learner.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
  await learner.configureApp();
});
after(() => learner[Symbol.asyncDispose]());

/** @returns the reader who wants to leave */
async function begin(): Promise<string> {
  const [text] = await told(learner, '3.6');
  return /(?:taro|emma|noah)@bigmail\.test/.exec(text!)![0];
}

async function sendNewsletter(): Promise<void> {
  await learner.server.done('lab', 'app', 'newsletter', '--gap', '0');
  await pass(learner, '5m');
}

async function field(...how: readonly string[]): Promise<void> {
  await learner.server.done('lab', 'app', 'field', ...how);
}

const LIST = 'List-Id: The paper lantern shop <lanterns.example.test>';

test('3.6: the header of the old program means the spam folder, and no button', async () => {
  const leaver = await begin();
  await sendNewsletter();
  const state = await learner.check('3.6');
  assert.deepEqual(state.seen, []);
  assert.match(state.why['inbox']!, /^Not in the inbox: 8 of 8/);
  assert.match(state.why['headers']!, /List-Id; List-Unsubscribe: <https/);
  const { code, stderr } = await learner.server.command('lab', 'unsubscribe', leaver);
  assert.equal(code, 2);
  assert.match(stderr, /shows no button/);
});

test('3.6: a newsletter that hides what it is gets into the inbox, and nobody can leave it', async () => {
  await begin();
  await field('List-Unsubscribe', '--remove');
  await field('Precedence', '--remove');
  await sendNewsletter();
  const state = await learner.check('3.6');
  assert.deepEqual(state.seen, ['inbox']);
  assert.match(state.why['left']!, /offers no one click/);
});

test('3.6: a click that leads to nobody, and an address taken off by hand, are no leaving', async () => {
  const leaver = await begin();
  await field(LIST);
  await field('List-Unsubscribe: <https://app.test/leave>');
  await field('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
  await sendNewsletter();
  const { code, stderr } = await learner.server.command('lab', 'unsubscribe', leaver);
  assert.equal(code, 2);
  assert.match(stderr, /was not taken/);
  await learner.server.done('suppression', 'add', leaver);
  await sendNewsletter();
  assert.deepEqual((await learner.check('3.6')).missing, ['left', 'honoured']);
});

test('3.6: with a header as it should be readers have it in the inbox, and one who leaves gets no more', async () => {
  const leaver = await begin();
  await field('List-Unsubscribe', '--remove');
  await field('Precedence', '--remove');
  await field(LIST);
  await sendNewsletter();
  assert.deepEqual((await learner.check('3.6')).seen, ['headers', 'inbox']);
  await learner.server.done('lab', 'unsubscribe', leaver);
  const before = await learner.check('3.6');
  assert.deepEqual(before.missing, ['honoured']);
  await sendNewsletter();
  const state = await learner.check('3.6');
  assert.deepEqual(state.missing, [], JSON.stringify(state.why));
});

test('3.6: who sends the next newsletter three days after the click has not shown that it is honoured in time', async () => {
  const leaver = await begin();
  await field('List-Unsubscribe', '--remove');
  await field('Precedence', '--remove');
  await field(LIST);
  await sendNewsletter();
  await learner.server.done('lab', 'unsubscribe', leaver);
  await pass(learner, '3d', '12h');
  await sendNewsletter();
  const state = await learner.check('3.6');
  assert.deepEqual(state.missing, ['honoured']);
  assert.match(state.why['honoured']!, /more than 48 hours/);
});
