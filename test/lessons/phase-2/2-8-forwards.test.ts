import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLearner, type Learner } from '../../support/lab/learner.ts';
import { eventually } from '../../support/program/running-server.ts';
import {
  ask,
  buy,
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
  await ask(learner, 'p=none');
  await pass(learner, '10m');
});
after(() => learner[Symbol.asyncDispose]());

/** The id that the newest message in hana's mailbox was judged by. */
async function newest(subject: string): Promise<string> {
  return eventually(`${subject} arrives`, async () => {
    const mails = await learner.server.json('lab', 'mailbox', 'hana@bigmail.test');
    const found = mails.find((mail) => String(mail['subject']).endsWith(subject));
    return found && String(found['traceId']);
  });
}

const FORWARD = {
  'forward-spf': 'softfail',
  'forward-dkim': 'pass',
  'forward-dmarc': 'pass',
  'forward-by': 'dkim',
};
const LIST = {
  'list-spf': 'pass',
  'list-dkim': 'body',
  'list-dmarc': 'fail',
  'list-why': 'not-aligned',
};

test('2.8: without a signature that others can verify nothing survives the forwarder', async () => {
  await learner.start('2.8');
  await write(learner, 'hana@forward.test');
  assert.match(await toldWhy(learner, '2.8', 'forwarded'), /SPF softfail, DMARC fail/);
  assert.deepEqual((await learner.check('2.8')).seen, []);
});

test('2.8: answers without the messages, or to a message that came straight, are not taken', async () => {
  await vouchByDkim(learner);
  await learner.start('2.8');
  await learner.answer('2.8', { ...FORWARD, ...LIST });
  assert.deepEqual((await learner.check('2.8')).seen, []);
  await write(learner, 'hana@bigmail.test', 'Straight');
  const id = await newest('Straight');
  await learner.answer('2.8', { forward: id, list: id });
  const state = await learner.check('2.8');
  assert.deepEqual(state.seen, []);
  assert.match(state.why['survived']!, /^mx\.forward\.test brought no message of yours/);
});

test('2.8: whoever points to both and says what bigmail found has passed; wrong answers are neither counted nor named', async () => {
  await write(learner, 'hana@forward.test', 'By a forwarder');
  await write(learner, 'tea@circle.test', 'By a list');
  const [forward, list] = [await newest('By a forwarder'), await newest('[tea] By a list')];
  await learner.answer('2.8', { forward, list: `https://why.lab.test/${list}` });
  await learner.answer('2.8', { 'forward-by': 'spf', 'list-why': 'no-pass' });
  await untilSeen(learner, '2.8', 'listed');
  const state = await learner.check('2.8');
  assert.deepEqual(state.missing, ['survived', 'lost']);
  assert.match(state.why['survived']!, /^Not all of these 4 answers/);
  await learner.answer('2.8', { ...FORWARD, ...LIST });
  await untilSeen(learner, '2.8');
});

test('2.8: at p=reject the list is refused, and the refusal has the id to point to', async () => {
  await ask(learner, 'p=reject');
  await pass(learner, '10m');
  await learner.start('2.8');
  await write(learner, 'tea@circle.test', 'By a list again');
  await untilSeen(learner, '2.8', 'listed');
  const { server } = learner;
  const [failed] = await eventually('it is refused', async () => {
    const found = await server.json(
      'message',
      'find',
      '--to',
      'tea@circle.test',
      '--status',
      'failed',
    );
    return found.length > 0 ? found : undefined;
  });
  const story = await server.done('message', 'trace', String(failed!['messageId']));
  const list = /https:\/\/why\.lab\.test\/(\w{13})/.exec(story.replaceAll(/\n\s*/g, ''))![1]!;
  await learner.answer('2.8', { list, ...LIST });
  assert.deepEqual((await learner.check('2.8')).missing, ['forwarded', 'survived']);
});
