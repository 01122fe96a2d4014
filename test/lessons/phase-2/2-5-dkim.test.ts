import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLearner, type Learner } from '../../support/lab/learner.ts';
import {
  buy,
  DOMAIN,
  importRecords,
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

test('2.5: a key that is not the one that signs does not pass', async () => {
  const own = await learner.server.done('dkim', 'list', DOMAIN);
  const others = await learner.server.done('dkim', 'list', 'example.test');
  const keys = [...others.matchAll(/ IN TXT (.*)$/gm)].map(([, data]) => data!);
  let next = 0;
  await importRecords(
    learner,
    own.replaceAll(/ IN TXT .*$/gm, () => ` IN TXT ${keys[next++]!}`),
  );
  await pass(learner, '10m');
  await learner.start('2.5');
  await write(learner, 'hana@bigmail.test');
  assert.match(await toldWhy(learner, '2.5', 'pass'), /signature-mismatch/);
  assert.deepEqual((await learner.check('2.5')).seen, []);
});

test('2.5: what passes, is changed on the way and passes again is seen in this order alone', async () => {
  await vouchByDkim(learner);
  await pass(learner, '2h');
  await learner.start('2.5');
  await write(learner, 'hana+scratch@forward.test');
  await toldWhy(learner, '2.5', 'pass');
  await write(learner, 'hana@bigmail.test');
  await untilSeen(learner, '2.5', 'pass');
  assert.deepEqual((await learner.check('2.5')).missing, ['broken', 'again']);
  await write(learner, 'hana@forward.test');
  assert.match(await toldWhy(learner, '2.5', 'broken'), /bigmail said: .* pass/);
  await write(learner, 'hana+scratch@forward.test');
  await untilSeen(learner, '2.5', 'broken');
  assert.deepEqual((await learner.check('2.5')).missing, ['again']);
  await write(learner, 'hana@forward.test');
  await untilSeen(learner, '2.5');
});
