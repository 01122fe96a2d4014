import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLearner, type Learner } from '../../support/lab/learner.ts';
import {
  buy,
  DOMAIN,
  ownAddress,
  pass,
  receive,
  toldWhy,
  untilSeen,
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

async function setName(name: string): Promise<void> {
  await learner.server.done('lab', 'isp', 'ptr', ownAddress(learner), name);
  await pass(learner, '1h');
}

test('2.3: without a reverse name mail is put off, and the doctor says why', async () => {
  await learner.start('2.3');
  await pass(learner, '2h');
  await write(learner, 'hana@bigmail.test');
  await untilSeen(learner, '2.3', 'put-off');
  const state = await learner.check('2.3');
  assert.deepEqual(state.seen, ['put-off']);
  assert.match(state.why['named']!, /The doctor says: .*127\.\d+\.25\.25/);
  assert.match(state.why['taken']!, /the name - \(none\), and mail\.example\.test in EHLO/);
});

test('2.3: a name that does not lead back, and one that is not that of EHLO, are not enough', async () => {
  await setName('mx.bigmail.test');
  assert.deepEqual((await learner.check('2.3')).seen, ['put-off', 'named']);
  await setName(`mail.${DOMAIN}`);
  await pass(learner, '1h');
  await write(learner, 'hana@bigmail.test');
  assert.match(await toldWhy(learner, '2.3', 'taken'), new RegExp(`mail\\.${DOMAIN} \\(pass\\)`));
  const state = await learner.check('2.3');
  assert.deepEqual(state.missing, ['confirmed', 'taken']);
});

test('2.3: with the name of EHLO the mail that waits is taken', async () => {
  await learner.start('2.3');
  await pass(learner, '2h');
  await write(learner, 'hana@bigmail.test');
  await untilSeen(learner, '2.3', 'put-off');
  await setName('mail.example.test');
  await untilSeen(learner, '2.3');
});

test('2.3: put back, the address has its name again', async () => {
  const { server } = learner;
  const name = async (): Promise<unknown> => (await server.json('lab', 'isp', 'list'))[0]!['name'];
  await learner.start('2.3');
  assert.equal(await name(), null);
  await server.done('lab', 'reset', '2.3');
  assert.equal(await name(), 'mail.example.test');
});
