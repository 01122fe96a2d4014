import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLearner, type Learner } from '../../support/lab/learner.ts';
import {
  buy,
  pass,
  publish,
  receive,
  toldWhy,
  untilSeen,
  write,
} from '../../support/lab/own-domain.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
  await buy(learner);
  await receive(learner);
});
after(() => learner[Symbol.asyncDispose]());

async function vouch(...terms: string[]): Promise<void> {
  await publish(learner, '@', 'TXT', `"v=spf1 ${terms.join(' ')} ~all"`);
  await pass(learner, '10m');
}

test('2.4: a good record from the start shows nothing of the trap', async () => {
  await vouch('mx');
  await learner.start('2.4');
  await write(learner, 'hana@bigmail.test');
  assert.match(await toldWhy(learner, '2.4', 'trap'), /pass, 250/);
  assert.deepEqual((await learner.check('2.4')).seen, []);
});

test('2.4: whoever only puts mx first helps their own server, not the service', async () => {
  await vouch('include:_spf.mailtools.test', 'mx');
  await learner.start('2.4');
  await write(learner, 'hana@bigmail.test');
  await untilSeen(learner, '2.4', 'trap');
  assert.deepEqual((await learner.check('2.4')).missing, ['pass', 'service']);
  await vouch('mx', 'include:_spf.mailtools.test');
  await write(learner, 'hana@bigmail.test');
  await untilSeen(learner, '2.4', 'pass');
  const state = await learner.check('2.4');
  assert.deepEqual(state.missing, ['service']);
  assert.match(state.why['service']!, /8\.20 it comes to permerror/);
});

test('2.4: whoever leaves the service out has not passed either', async () => {
  await vouch('mx');
  const state = await learner.check('2.4');
  assert.deepEqual(state.missing, ['service']);
  assert.match(state.why['service']!, /comes to softfail/);
});

test('2.4: the part of the service that has its address is enough for both', async () => {
  await vouch('mx', 'include:eu._spf.mailtools.test');
  await untilSeen(learner, '2.4');
});
