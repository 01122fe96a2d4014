import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createTransport } from 'nodemailer';
import { startLearner, type Learner } from '../../support/lab/learner.ts';
import { eventually, PASSWORD } from '../../support/program/running-server.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
});
after(() => learner[Symbol.asyncDispose]());

/** What a visitor of the page does; the status, and what the page says. */
async function fillInTheForm(message: string): Promise<[number, string]> {
  const body = new URLSearchParams({ name: '花子 <b>', email: 'hanako@peer.test', message });
  const answer = await fetch(`http://${learner.prefix}.8.10:8080/contact`, {
    method: 'POST',
    body,
  });
  return [answer.status, await answer.text()];
}

test('1.6: an app without settings, and one with a wrong password, send nothing', async () => {
  await learner.start('1.6');
  assert.equal((await fillInTheForm('Are you there?'))[0], 503);
  assert.deepEqual((await learner.check('1.6')).seen, []);
  await learner.configureApp('a guess of mine');
  assert.equal((await fillInTheForm('Are you there?'))[0], 502);
  const state = await learner.check('1.6');
  assert.deepEqual(state.seen, ['configured']);
  assert.match(state.why['submitted']!, /4\.7\.8 invalid-proof/);
});

test('1.6: a letter that the learner hands in instead of the app does not count', async () => {
  await learner.start('1.6');
  const transport = createTransport({
    host: '127.0.0.1',
    port: learner.server.ports.submissions,
    secure: true,
    auth: { user: 'alice@example.test', pass: PASSWORD },
    tls: { rejectUnauthorized: false },
  });
  const letter = { subject: 'Contact form: Hanako', text: 'Are you open on Sunday?' };
  await transport.sendMail({ from: 'alice@example.test', to: 'bob@example.test', ...letter });
  assert.deepEqual((await learner.check('1.6')).missing, ['submitted', 'arrived', 'fields']);
});

test('1.6: the form of the app that was configured arrives, with Date and Message-ID', async () => {
  await learner.start('1.6');
  await learner.configureApp();
  const [status, page] = await fillInTheForm('日曜日は開いていますか。');
  assert.equal(status, 200);
  assert.match(page, /250 2\.6\.0 \w{13} queued/);
  const state = await eventually('the form arrives', async () => {
    const now = await learner.check('1.6');
    return now.passed ? now : undefined;
  });
  assert.deepEqual(state.seen, ['configured', 'submitted', 'arrived', 'fields']);
  const [mail] = await learner.server.json('mail', 'list', 'bob@example.test');
  assert.equal(mail!['subject'], 'Contact form: 花子 <b>');
});

test('The page of the app shows its form, and takes none that is too long', async () => {
  const at = `http://${learner.prefix}.8.10:8080`;
  const page = await (await fetch(`${at}/`)).text();
  assert.match(page, /<form method="post" action="\/contact">/);
  assert.equal((await fetch(`${at}/admin`)).status, 404);
  assert.equal((await fillInTheForm('x'.repeat(20_000)))[0], 400);
});
