/**
 * `npm run lab:walk`: the whole of Phases 1 to 3 as a learner goes through them, lesson after lesson by the command line on one running
 * `hikyaku dev`, in less than ten minutes. Lessons that are planned and not there yet are counted; HIKYAKU_WALK=all makes them a failure.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LESSONS } from '#lab/lessons/lessons';
import { PLAN } from '#lab/lessons/plan';
import { startLearner, type Learner, type LessonState } from '../support/learner.ts';
import { eventually } from '../support/running-server.ts';
import { PHASE_1 } from './phase-1.ts';
import { PHASE_2 } from './phase-2.ts';
import { IN_THE_MORNING, PHASE_3, untilMorning } from './phase-3.ts';
import type { Begun, Solution } from './solution.ts';

const SOLUTIONS: Readonly<Record<string, Solution>> = { ...PHASE_1, ...PHASE_2, ...PHASE_3 };
const MINUTES = 10;
const here = PLAN.map(({ number }) => number).filter((number) => LESSONS.has(number));
const coming = PLAN.map(({ number }) => number).filter((number) => !LESSONS.has(number));

let learner: Learner;
const begun = performance.now();
/** What takes its time while the learner goes on. */
const later = new Map<string, Promise<unknown>>();
/** Whose time is over, and which were not checked yet. */
const ready: string[] = [];
before(async () => {
  learner = await startLearner();
});
after(() => learner[Symbol.asyncDispose]());

async function begin(lesson: string): Promise<Begun> {
  const [last] = await learner.server.json('lab', 'log', '--limit', '1');
  const [started] = await learner.server.json<Omit<Begun, 'seed' | 'firstEvent'>>(
    'lab',
    'start',
    lesson,
  );
  const [run] = await learner.server.query<{ seed: number }>(
    'select seed from lab.lesson_runs where lesson = $1',
    [lesson],
  );
  return { ...started!, seed: run!.seed, firstEvent: Number(last?.['id'] ?? 0) };
}

async function passes(lesson: string): Promise<void> {
  let state: LessonState | undefined;
  await eventually(
    `${lesson} passed`,
    async () => {
      state = await learner.check(lesson);
      return state.passed;
    },
    60,
  ).catch((error: unknown) => {
    throw new Error(`${lesson}: ${JSON.stringify(state)}`, { cause: error });
  });
}

for (const lesson of here) {
  test(`the learner does lesson ${lesson}`, async (t) => {
    const solution = SOLUTIONS[lesson];
    assert.ok(solution, `test/walk has no solution of lesson ${lesson}`);
    if (IN_THE_MORNING.has(lesson)) await untilMorning(learner);
    const started = performance.now();
    const pending = await solution(learner, await begin(lesson));
    if (pending === undefined) await passes(lesson);
    else
      later.set(
        lesson,
        pending.waits.then(() => ready.push(lesson)),
      );
    // as a learner would, who sees it in the other window
    for (const one of ready.splice(0)) await passes(one);
    t.diagnostic(`${lesson}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  });
}

test('what took its time is done, and every lesson is passed', async (t) => {
  await Promise.all(later.values());
  for (const lesson of ready.splice(0)) await passes(lesson);
  const lessons = await learner.server.json<{ lesson: string; state: string }>('lab', 'progress');
  const open = lessons.filter(({ lesson, state }) => LESSONS.has(lesson) && state !== 'passed');
  const minutes = (performance.now() - begun) / 60_000;
  t.diagnostic(`${here.length - open.length} of ${PLAN.length} lessons passed`);
  t.diagnostic(`${coming.length} still to come: ${coming.join(' ') || 'none'}`);
  t.diagnostic(`${minutes.toFixed(1)} minutes`);
  assert.deepEqual(open, []);
  assert.ok(minutes < MINUTES, `it took ${minutes.toFixed(1)} minutes`);
  if (process.env['HIKYAKU_WALK'] === 'all') assert.deepEqual(coming, []);
});
