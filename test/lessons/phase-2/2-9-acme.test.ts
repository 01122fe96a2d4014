import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base64, utf8 } from '#bytes';
import { startLearner, type Learner } from '../../support/lab/learner.ts';
import { LineSocket } from '../../support/sockets/line-socket.ts';
import { eventually, PASSWORD } from '../../support/program/running-server.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
  // ends with 0 once every certificate that is wanted is there
  await eventually('the first certificates', async () => {
    const { code } = await learner.server.command('certificate', 'list');
    return code === 0;
  });
});
after(() => learner[Symbol.asyncDispose]());

const AUTH = `AUTH PLAIN ${base64(utf8(`\0alice@example.test\0${PASSWORD}`))}`;

/** Logged in under STARTTLS, with a letter begun. */
async function beginLetter(): Promise<LineSocket> {
  const client = await LineSocket.connect(learner.server.ports.submission);
  await client.restOfReply();
  await client.ask('EHLO localhost');
  await client.ask('STARTTLS');
  await client.startTls();
  await client.ask('EHLO localhost');
  assert.match((await client.ask(AUTH))[0]!, /^235 /);
  await client.ask('MAIL FROM:<alice@example.test>');
  await client.ask('RCPT TO:<bob@example.test>');
  return client;
}

async function endLetter(client: LineSocket): Promise<void> {
  await client.ask('DATA');
  const [reply] = await client.ask('Subject: written across a renewal\r\n\r\nOn it goes.\r\n.');
  assert.match(reply!, /^250 /);
  await client.ask('QUIT');
}

test('2.9: a renewal that is not due, and a letter before it, are not enough', async () => {
  await learner.start('2.9');
  await learner.server.done('certificate', 'renew', 'mail.example.test');
  {
    await using client = await beginLetter();
    await endLetter(client);
  }
  const state = await learner.check('2.9');
  assert.deepEqual(state.seen, ['valid']);
});

test('2.9: a renewal with nobody connected shows the new one, and proves nothing of sessions', async () => {
  await learner.start('2.9');
  await learner.server.done('certificate', 'renew', 'mail.example.test', '--force');
  {
    await using client = await beginLetter();
    await endLetter(client);
  }
  const state = await learner.check('2.9');
  assert.deepEqual(state.missing, ['kept']);
  assert.match(state.why['kept']!, /^No session logged in before/);
});

test('2.9: a letter that was begun before the renewal ends after it, by a calendar that ran ahead', async () => {
  await learner.server.done('lab', 'clock', '2d');
  await learner.start('2.9');
  await using client = await beginLetter();
  await learner.server.done('certificate', 'renew', 'mail.example.test', '--force');
  assert.deepEqual((await learner.check('2.9')).missing, ['kept']);
  await endLetter(client);
  const state = await learner.check('2.9');
  assert.deepEqual(state.missing, []);
  assert.ok(state.passed);
});
