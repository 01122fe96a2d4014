import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLearner, type Learner } from '../../support/lab/learner.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
});
after(() => learner[Symbol.asyncDispose]());

const contact = async (): Promise<void> => {
  const visitor = ['--name', 'Hanako', '--email', 'hanako@peer.test', '--message', 'Open?'];
  await learner.server.done('lab', 'app', 'contact', ...visitor);
};

interface LoggedEvent {
  readonly personal: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
}

async function log(type: string): Promise<LoggedEvent[]> {
  const rows = await learner.server.json('lab', 'log', '--type', type, '--within', '1h');
  return rows as unknown as LoggedEvent[];
}

/** What the learner reads off the list of bans and the log. */
async function answers(): Promise<Record<string, string>> {
  const [ban] = await learner.server.json('ban', 'list');
  const { network, since, until } = ban as Record<string, string>;
  const minutes = String((Date.parse(until!) - Date.parse(since!)) / 60_000);
  const tooFast = (await log('command.refused')).findLast(
    ({ fields }) => fields['reason'] === 'too-fast',
  );
  return { sprayer: network!, flooder: tooFast!.personal['client']!, minutes };
}

test('2.13: an app that is used before the attack alone, and a flood alone, are told apart from the whole', async () => {
  await learner.start('2.13');
  await learner.configureApp();
  await contact();
  await learner.server.done('lab', 'mallory', 'flood');
  assert.deepEqual((await learner.check('2.13')).seen, ['flooded']);
});

test('2.13: a ban by hand is not the server’s own', async () => {
  await learner.start('2.13');
  await learner.server.done('ban', 'add', `${learner.prefix}.128.0/17`, '--for', '1h');
  await learner.server.command('lab', 'mallory', 'spray');
  const state = await learner.check('2.13');
  assert.deepEqual(state.seen, []);
  await learner.server.done('ban', 'remove', `${learner.prefix}.128.0/17`);
});

test('2.13: mallory is banned and put off, and alice goes on', async () => {
  await learner.start('2.13');
  await learner.server.done('lab', 'mallory', 'spray');
  await learner.server.done('lab', 'mallory', 'flood');
  await learner.answer('2.13', { ...(await answers()), minutes: '60' });
  const before = await learner.check('2.13');
  assert.deepEqual(before.missing, ['user', 'named']);
  assert.match(before.why['named']!, /^Not all of the three answers /);
  await contact();
  await learner.answer('2.13', await answers());
  const state = await learner.check('2.13');
  assert.deepEqual(state.missing, []);
  assert.ok(state.passed);
});
