import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLearner, type Learner } from '../../support/lab/learner.ts';
import {
  AUTHOR,
  buy,
  DOMAIN,
  pass,
  publish,
  receive,
  write,
} from '../../support/lab/own-domain.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
});
after(() => learner[Symbol.asyncDispose]());

async function letter(to: string): Promise<[number, string]> {
  const { code, stdout } = await learner.server.command('lab', 'letter', to, '--json');
  const { reply } = JSON.parse(stdout) as { reply: string };
  return [code, reply];
}

test('2.2: it cannot begin without a domain', async () => {
  const { code, stderr } = await learner.server.command('lab', 'start', '2.2');
  assert.equal(code, 2);
  assert.match(stderr, /you have no domain of your own yet, lesson 2\.1 buys one/);
});

test('2.2: without an MX record nobody finds the way, and mail of one’s own does not count', async () => {
  await buy(learner);
  await learner.start('2.2');
  const [code, reply] = await letter(AUTHOR);
  assert.equal(code, 1);
  // Postfix says more in front of it than the stand-in does
  assert.match(reply, /no-addresses$/);
  assert.deepEqual((await learner.check('2.2')).seen, []);
});

test('2.2: an MX record that leads to another host is not enough', async () => {
  await receive(learner);
  await publish(learner, '@', 'MX', '10 mx.peer.test.');
  await pass(learner, '10m');
  await learner.start('2.2');
  await letter(AUTHOR);
  await write(learner, AUTHOR);
  const state = await learner.check('2.2');
  assert.deepEqual(state.seen, []);
  assert.match(state.why['mx']!, /names mx\.peer\.test, which is not at/);
});

test('2.2: with one, mail of peer.test is refused for nobody, and lies in the mailbox of somebody', async () => {
  await publish(learner, '@', 'MX', `10 mail.${DOMAIN}.`);
  await pass(learner, '10m');
  await learner.start('2.2');
  const [refused, why] = await letter(`nobody@${DOMAIN}`);
  assert.equal(refused, 1);
  assert.match(why, /^550 5\.1\.1 /);
  assert.equal((await letter(AUTHOR))[0], 0);
  const state = await learner.check('2.2');
  assert.deepEqual(state.seen, ['mx', 'refused', 'brought', 'stored']);
  const [mail] = await learner.server.json('mail', 'list', AUTHOR);
  assert.equal(mail!['subject'], 'Greetings from peer.test');
});
