import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLearner, type Learner } from '../../support/lab/learner.ts';
import {
  ask,
  buy,
  DOMAIN,
  pass,
  receive,
  toldWhy,
  untilSeen,
  vouchByDkim,
  vouchBySpf,
  write,
} from '../../support/lab/own-domain.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
  await buy(learner);
  await receive(learner);
  await vouchBySpf(learner);
});
after(() => learner[Symbol.asyncDispose]());

async function spoof(author = `boss@${DOMAIN}`): Promise<string[]> {
  const tries = await learner.server.json('lab', 'mallory', 'spoof', author);
  return tries.map(({ reply }) => String(reply).slice(0, 10).trim());
}

test('2.7: without a record of DMARC, and in another name, nothing is shown', async () => {
  await learner.start('2.7');
  await spoof();
  assert.match(await toldWhy(learner, '2.7', 'delivered'), /met the policy -, .* 250/);
  await ask(learner, 'p=reject');
  await pass(learner, '10m');
  await learner.start('2.7');
  await spoof('boss@example.org');
  assert.deepEqual((await learner.check('2.7')).seen, []);
});

test('2.7: whoever begins with p=reject stops her, but has not seen what p=none lets through', async () => {
  await learner.start('2.7');
  assert.deepEqual(await spoof(), ['550 5.7.26', '550 5.7.26']);
  await write(learner, 'hana@bigmail.test');
  await untilSeen(learner, '2.7', 'own');
  const state = await learner.check('2.7');
  assert.deepEqual(state.missing, ['delivered', 'refused']);
  assert.match(state.why['delivered']!, /p=reject, and was answered with 550/);
});

test('2.7: delivered at p=none, refused at p=reject, while the learner’s own mail is taken', async () => {
  await vouchByDkim(learner);
  await ask(learner, 'p=none');
  await pass(learner, '10m');
  await learner.start('2.7');
  assert.deepEqual(await spoof(), ['250 2.6.0', '250 2.6.0']);
  await write(learner, 'hana@bigmail.test');
  assert.deepEqual((await learner.check('2.7')).seen, ['delivered']);
  await ask(learner, 'p=reject');
  await pass(learner, '10m');
  await spoof();
  await write(learner, 'hana@bigmail.test');
  await untilSeen(learner, '2.7');
});
