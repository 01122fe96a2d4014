import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chooseFault, FAULTS, type Fault } from '#lab/lessons/prepared/first-mail-faults';
import { pass, untilMorning, writeLetter } from '../../support/lab/learner-mail.ts';
import { startLearner, type Learner } from '../../support/lab/learner.ts';
import { eventually } from '../../support/program/running-server.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
});
after(() => learner[Symbol.asyncDispose]());

/** What is wrong is drawn anew with each start. */
async function startWith(fault: Fault): Promise<void> {
  for (let starts = 0; starts < 60; starts++) {
    await learner.start('3.1');
    const [run] = await learner.server.query<{ fault: Fault }>(
      `select prepared ->> 'fault' as fault from lab.lesson_runs where lesson = '3.1'`,
    );
    if (run!.fault === fault) return;
  }
  throw new Error(`${fault} was never drawn`);
}

interface Explained {
  readonly code: number;
  readonly verdict: string;
  readonly trace: readonly { readonly rule: string; readonly matched: boolean }[];
}

/** Writes to hana, and asks bigmail.test why it did what it did. */
async function sendAndAsk(): Promise<Explained> {
  await pass(learner, '2h');
  const id = await writeLetter(learner, 'hana@bigmail.test');
  // a site that put off the letter before rests for a while
  await eventually('the letter was tried', async () => {
    await pass(learner, '1m');
    const tried = await learner.server.query(
      `select 1 from events where message_id = $1 and type in ('attempt.delivered', 'attempt.deferred', 'attempt.failed')`,
      [id],
    );
    return tried.length > 0;
  });
  const story = await learner.server.done('message', 'trace', id, '--json');
  const [, refused] = /why\.lab\.test\/(\w+)/.exec(story) ?? [];
  const [newest] = await learner.server.json<{ traceId: string }>(
    'lab',
    'mailbox',
    'hana@bigmail.test',
  );
  const [told] = await learner.server.json<Explained>('lab', 'why', refused ?? newest!.traceId);
  return told!;
}

const ALL = ['sent', 'kept-out', 'outcome', 'rule', 'class'];
const RULES: Readonly<Record<Fault, readonly [string, string]>> = {
  authentication: ['refused', 'unauthenticated'],
  'reverse-name': ['deferred', 'no-ptr'],
  rate: ['deferred', 'rate-ip'],
  reputation: ['spam', 'spam-reputation'],
};

for (const fault of FAULTS) {
  test(`3.1: who reads in the trace that it is ${fault} passes, who guesses does not`, async () => {
    // a quota that is used up must last until the letter is there
    if (fault === 'rate') await untilMorning(learner);
    await startWith(fault);
    assert.deepEqual((await learner.check('3.1')).seen, []);
    await learner.answer('3.1', { outcome: 'refused', rule: 'listed', class: 'block-list' });
    assert.deepEqual((await learner.check('3.1')).seen, []);
    const told = await sendAndAsk();
    const guessed = await learner.check('3.1');
    assert.deepEqual(guessed.seen, ['sent', 'kept-out']);
    const rule = told.trace.findLast(({ matched }) => matched)!.rule;
    const outcome = told.code === 250 ? 'spam' : told.code < 500 ? 'deferred' : 'refused';
    assert.deepEqual([outcome, rule], RULES[fault]);
    await learner.answer('3.1', { outcome, rule, class: fault });
    assert.deepEqual((await learner.check('3.1')).seen, ALL);
  });
}

test('3.1: after its reset a letter gets into the inbox; one that got there shows no fault', async () => {
  await startWith('reputation');
  await learner.server.done('lab', 'reset', '3.1');
  assert.equal((await sendAndAsk()).verdict, 'inbox');
  await startWith('authentication');
  await writeLetter(learner, 'hana@bigmail.test');
  await pass(learner, '1m');
  const state = await learner.check('3.1');
  assert.deepEqual(state.seen, ['sent']);
  assert.match(state.why['kept-out']!, /before the change was seen everywhere/);
});

test('3.1: a quota that is used up is not chosen when midnight is near', () => {
  const noon = Date.UTC(2026, 10, 26, 12);
  const late = Date.UTC(2026, 10, 26, 22);
  const seeds = Array.from({ length: 200 }, (_, index) => index * 7919);
  const drawn = (now: number): Set<Fault> =>
    new Set(seeds.map((seed) => chooseFault({ seed }, now)));
  assert.deepEqual([...drawn(noon)].toSorted(), [...FAULTS].toSorted());
  assert.ok(!drawn(late).has('rate'));
});
