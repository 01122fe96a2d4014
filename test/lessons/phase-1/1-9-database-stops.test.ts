import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLearner, type Learner } from '../../support/lab/learner.ts';
import { eventually } from '../../support/program/running-server.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
  await learner.configureApp();
});
after(() => learner[Symbol.asyncDispose]());

/** How many letters the server has taken, asked of its database: the command line may take longer than the app needs for all of them. */
async function taken(): Promise<number> {
  const [row] = await learner.server.query<{ count: number }>(
    'select count(*)::integer as count from submissions',
  );
  return row!.count;
}

test('1.9: a newsletter that nothing disturbed proves nothing', async () => {
  await learner.start('1.9');
  await learner.server.done('lab', 'app', 'newsletter', '--gap', '0');
  const state = await eventually('all letters are in the mailbox', async () => {
    const now = await learner.check('1.9');
    return now.seen.includes('once') ? now : undefined;
  });
  assert.deepEqual(state.missing, ['stopped']);
});

test('1.9: an app that has sent nothing yet is told so', async () => {
  await learner.start('1.9');
  const state = await learner.check('1.9');
  assert.deepEqual(state.seen, []);
});

test('1.9: the database is killed in the middle; nothing that was acknowledged is lost or doubled', async () => {
  await learner.start('1.9');
  const before = await taken();
  // thirty letters: nine seconds in which to kill it
  const newsletter = learner.server.command('lab', 'app', 'newsletter', '--gap', '300');
  await eventually('the app has begun', async () => (await taken()) > before + 3);
  process.kill(learner.server.postmaster()!, 'SIGQUIT');
  const { code } = await newsletter;
  assert.equal(code, 1);
  await learner.server.ready();
  assert.ok((await learner.check('1.9')).missing.includes('taken'));
  const retry = () => learner.server.command('lab', 'app', 'retry', '--gap', '0');
  await eventually('the app gets rid of all', async () => (await retry()).code === 0);
  const state = await eventually(
    'all letters are in the mailbox',
    async () => {
      const now = await learner.check('1.9');
      return now.passed ? now : undefined;
    },
    // an attempt that was under way with the database comes back when its lease has ended
    200,
  );
  assert.deepEqual(state.seen, ['sent', 'stopped', 'taken', 'kept', 'once']);
});

test('1.9: reset takes the readers away', async () => {
  assert.equal((await learner.server.json('alias', 'list')).length, 30);
  await learner.server.done('lab', 'reset', '1.9');
  assert.equal((await learner.server.json('alias', 'list')).length, 0);
});
