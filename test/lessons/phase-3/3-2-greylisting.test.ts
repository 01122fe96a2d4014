import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createTransport } from 'nodemailer';
import { pass, told, tried, writeLetter } from '../../support/lab/learner-mail.ts';
import { startLearner, type Learner } from '../../support/lab/learner.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
});
after(() => learner[Symbol.asyncDispose]());

/** Starts the lesson. @returns the reader that it names */
async function begin(): Promise<string> {
  const [text] = await told(learner, '3.2');
  return /reader\d{4}@grey\.test/.exec(text!)![0];
}

test('3.2: a letter that only waits is not through, and one to somebody else is not it', async () => {
  const reader = await begin();
  await writeLetter(learner, 'hugo@grey.test');
  await tried(learner, 'grey.test');
  const other = await learner.check('3.2');
  assert.deepEqual(other.seen, []);
  assert.match(other.why['deferred']!, new RegExp(reader));
  await writeLetter(learner, reader);
  await tried(learner, reader);
  const waiting = await learner.check('3.2');
  assert.deepEqual(waiting.seen, ['deferred']);
  assert.match(waiting.why['retried']!, /waits in your queue/);
});

test('3.2: who sends again by hand, in place of waiting, has sent two letters', async () => {
  const reader = await begin();
  await writeLetter(learner, reader);
  await tried(learner, reader);
  await writeLetter(learner, reader, { subject: 'Did you get my letter?' });
  await pass(learner, '8m', '1m');
  const state = await learner.check('3.2');
  assert.deepEqual(state.missing, ['once']);
  assert.match(state.why['once']!, /handed in for this reader: 2; in the mailbox: 2/);
});

test('3.2: who talks to grey.test himself, past his own server, has shown nothing', async () => {
  const reader = await begin();
  const transport = createTransport({
    host: `${learner.prefix}.5.25`,
    port: 2525,
    tls: { rejectUnauthorized: false },
  });
  const letter = { from: 'alice@example.test', to: reader, text: 'Past the queue' };
  await assert.rejects(transport.sendMail(letter), /451.4\.7\.1/);
  await pass(learner, '6m');
  await transport.sendMail(letter);
  assert.deepEqual((await learner.check('3.2')).seen, []);
});

test('3.2: a letter that is left to the queue arrives once, after five minutes', async () => {
  const reader = await begin();
  await writeLetter(learner, reader);
  await tried(learner, reader);
  await pass(learner, '8m', '1m');
  const state = await learner.check('3.2');
  assert.deepEqual(state.seen, ['deferred', 'retried', 'waited', 'once']);
  assert.ok(state.passed);
});
