import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { pass, untilMorning } from '../../support/lab/learner-mail.ts';
import { startLearner, type Learner } from '../../support/lab/learner.ts';

const DOMAINS = ['bigmail.test', 'hottest.test', 'purple.test'];

let learner: Learner;
before(async () => {
  learner = await startLearner();
  await learner.configureApp();
  await untilMorning(learner);
});
after(() => learner[Symbol.asyncDispose]());

async function beginPlans(domains: readonly string[], first: string): Promise<void> {
  for (const domain of domains)
    await learner.server.done('warm-up', 'start', domain, '--first', first, '--growth', '1.5');
}

async function sendFor(days: number): Promise<void> {
  for (let day = 0; day < days; day++) {
    await learner.server.done('lab', 'app', 'newsletter', '--gap', '0');
    await pass(learner, '1d', '1h');
  }
}

async function endPlans(): Promise<void> {
  for (const domain of DOMAINS) {
    await learner.server.command('warm-up', 'stop', domain);
    await learner.server.command('queue', 'remove', domain, '--silent');
  }
}

test('3.4: without a plan, and with one for a single provider, it is said what is missing', async () => {
  await learner.start('3.4');
  assert.deepEqual((await learner.check('3.4')).seen, []);
  await beginPlans(DOMAINS.slice(0, 1), '10');
  const state = await learner.check('3.4');
  assert.deepEqual(state.seen, []);
  assert.equal(state.why['plans'], 'No plan: hottest.test, purple.test');
  await endPlans();
});

test('3.4: a plan that begins with more than a newcomer may send is put off', async () => {
  await learner.start('3.4');
  await beginPlans(DOMAINS, '200');
  await sendFor(1);
  const state = await learner.check('3.4');
  assert.deepEqual(state.seen, ['plans', 'inside']);
  assert.match(state.why['deferrals']!, /^Put off: bigmail (?:[5-9]|\d\d)\.\d %/);
  assert.match(state.why['days']!, /^Days so far: bigmail [12], /);
  await endPlans();
});

test('3.4: ten days inside the plans, and nobody puts off 5 %', async () => {
  await learner.start('3.4');
  await beginPlans(DOMAINS, '10');
  await sendFor(10);
  const state = await learner.check('3.4');
  assert.deepEqual(state.missing, [], JSON.stringify(state.why));
  const [plan] = await learner.server.json<{ planned: number }>('warm-up', 'list', 'bigmail.test');
  assert.ok(plan!.planned > 40, `${plan!.planned} a day`);
});
