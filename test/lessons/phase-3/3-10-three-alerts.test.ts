import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLearner, type Learner } from '../../support/lab/learner.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
});
after(() => learner[Symbol.asyncDispose]());

const alert = (...args: string[]): Promise<string> => learner.server.done('alert', ...args);

const BAD_LOGINS = 'session.authentication-failed';
const DEFERRED = 'share of attempt.deferred in attempt.deferred,attempt.delivered';

interface Hour {
  readonly event: string;
  readonly about: string;
  readonly count: number;
}

test('3.10: alerts that are there already, and one that is always on, tell nothing of it', async () => {
  await alert('add', 'before', '--when', `count of ${BAD_LOGINS} >= 60`, '--per', 'network');
  await learner.start('3.10');
  const none = await learner.check('3.10');
  assert.deepEqual(none.seen, []);
  assert.match(none.why['spray']!, /alert add/);
  const all = `count of ${BAD_LOGINS},attempt.deferred,message.received >= 1`;
  await alert('add', 'everything', '--when', all, '--over', '1m');
  const state = await learner.check('3.10');
  assert.ok(state.missing.includes('different'));
  assert.match(state.why['no-false-alarm']!, /the first of everything at/);
  await alert('remove', 'everything');
});

test('3.10: rules that are too keen, or too slow, are named with their first false alarm', async () => {
  await learner.start('3.10');
  await alert('add', 'keen', '--when', `count of ${BAD_LOGINS} >= 10`, '--per', 'network');
  await alert('add', 'slow', '--when', 'nothing of message.received', '--over', '10h');
  const state = await learner.check('3.10');
  assert.deepEqual(state.seen, ['spray']);
  assert.match(
    state.why['no-false-alarm']!,
    /: 2; the first of keen \(203\.0\.113\.0\/24\) at \S+T12:/,
  );
  assert.match(state.why['silence']!, /lab recording incident/);
  await alert('pause', 'keen');
  const paused = await learner.check('3.10');
  assert.deepEqual(paused.seen, ['no-false-alarm']);
  await alert('remove', 'keen');
  await alert('remove', 'slow');
});

test('3.10: three alerts, made after a look at both days, tell of the three incidents alone', async () => {
  await learner.start('3.10');
  const [quiet, incident] = await Promise.all(
    ['quiet', 'incident'].map((day) => learner.server.json<Hour>('lab', 'recording', day)),
  );
  const most = (hours: readonly Hour[]): number =>
    Math.max(...hours.filter(({ event }) => event === BAD_LOGINS).map(({ count }) => count));
  const [usual, worst] = [most(quiet!), most(incident!)];
  assert.ok(worst > 4 * usual);
  const limit = String(Math.round((usual + worst) / 2));
  await alert('add', 'spray', '--when', `count of ${BAD_LOGINS} >= ${limit}`, '--over', '1h');
  await alert('add', 'no-mail', '--when', 'nothing of message.received', '--over', '3h');
  assert.deepEqual((await learner.check('3.10')).missing, ['deferrals', 'different']);
  await alert('add', 'put-off', '--when', `${DEFERRED} >= 40%`, '--least', '40', '--per', 'site');
  const state = await learner.check('3.10');
  assert.deepEqual(state.why, {});
  assert.ok(state.passed);
});
