/**
 * `npm run lab:walk`: the whole of Phases 1 to 3 as a learner goes through them, lesson after lesson by the command line on one running
 * `hikyaku dev`, in less than ten minutes. Lessons that are planned and not there yet are counted; HIKYAKU_WALK=all makes them a failure.
 * HIKYAKU_WALK_SEED=… has every lesson draw the same chances again. How much memory all of it holds is measured between lessons.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { LESSONS } from '#lab/lessons/lessons';
import { PLAN } from '#lab/lessons/plan';
import { startLearner, type Learner, type LessonState } from '../support/lab/learner.ts';
import { PHASE_1 } from './phase-1.ts';
import { PHASE_2 } from './phase-2.ts';
import { IN_THE_MORNING, PHASE_3, untilMorning } from './phase-3.ts';
import { held, sumOf, told, type Held } from './memory.ts';
import type { Begun, Solution } from './solution.ts';
import { tellState } from './tell-state.ts';

const SOLUTIONS: Readonly<Record<string, Solution>> = { ...PHASE_1, ...PHASE_2, ...PHASE_3 };
const MINUTES = 10;
/** All processes together, at rest between two lessons. */
const MEGABYTES = 500;
/** What is not met within this time after the last criterion will not be. Real milliseconds. */
const STILL = 15_000;
const here = PLAN.map(({ number }) => number).filter((number) => LESSONS.has(number));
const coming = PLAN.map(({ number }) => number).filter((number) => !LESSONS.has(number));

let learner: Learner;
const begun = performance.now();
/** What takes its time while the learner goes on. */
const later = new Map<string, Promise<unknown>>();
/** Whose time is over, and which were not checked yet. */
const ready: string[] = [];
/** The event log's last event before each lesson. */
const firstEvents = new Map<string, number>();
/** After which lesson they held how much. */
const memories: { readonly lesson: string; readonly memory: Held }[] = [];
before(async () => {
  const seed = process.env['HIKYAKU_WALK_SEED'];
  learner = seed === undefined ? await startLearner() : await startWithSeed(seed);
});
after(() => learner[Symbol.asyncDispose]());

/** Every lesson draws its chances by it. @param seed six hexadecimal digits, as a message of a walk that failed has them */
async function startWithSeed(seed: string): Promise<Learner> {
  const preload = [path.resolve(import.meta.dirname, '../support/lab/chosen-seed.ts')];
  const folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-seed-'));
  after(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'seed');
  await writeFile(file, seed);
  return startLearner(preload, { HIKYAKU_TEST_SEED: file });
}

async function begin(lesson: string): Promise<Begun> {
  const [last] = await learner.server.json('lab', 'log', '--limit', '1');
  const firstEvent = Number(last?.['id'] ?? 0);
  firstEvents.set(lesson, firstEvent);
  const [started] = await learner.server.json<Omit<Begun, 'seed' | 'firstEvent'>>(
    'lab',
    'start',
    lesson,
  );
  const [run] = await learner.server.query<{ seed: number }>(
    'select seed from lab.lesson_runs where lesson = $1',
    [lesson],
  );
  return { ...started!, seed: run!.seed, firstEvent };
}

/** Mail is on its way for a moment: it is waited for as long as one criterion after the other is met. */
async function passes(lesson: string): Promise<void> {
  let state: LessonState | undefined;
  for (let since = performance.now(); performance.now() - since < STILL;) {
    const before: number = state?.missing.length ?? Infinity;
    state = await learner.check(lesson);
    if (state.passed) return;
    if (state.missing.length < before) since = performance.now();
    await delay(100);
  }
  const why = state!.missing.map((key) => `${key}${state!.why[key] ? `: ${state!.why[key]}` : ''}`);
  throw new Error(`missing: ${why.join(' | ')}`);
}

/** Whatever goes wrong is told with what there is then. */
async function telling(lesson: string, doing: () => Promise<void>): Promise<void> {
  await doing().catch(async (error: Error) => {
    const state = await tellState(learner, { lesson, firstEvent: firstEvents.get(lesson) ?? 0 });
    throw new Error(`lesson ${lesson}: ${error.message}\n${state}`, { cause: error });
  });
}

for (const lesson of here) {
  test(`the learner does lesson ${lesson}`, async (t) => {
    const solution = SOLUTIONS[lesson];
    assert.ok(solution, `test/walk has no solution of lesson ${lesson}`);
    const started = performance.now();
    await telling(lesson, async () => {
      if (IN_THE_MORNING.has(lesson)) await untilMorning(learner);
      const more = await solution(learner, await begin(lesson));
      if (more !== undefined && 'waits' in more) {
        const over = more.waits.then(() => ready.push(lesson));
        later.set(lesson, over);
        return;
      }
      await passes(lesson);
      await more?.afterwards();
    });
    // as a learner would, who sees it in the other window
    for (const one of ready.splice(0)) await telling(one, () => passes(one));
    const seconds = (performance.now() - started) / 1000;
    const memory = await held(learner.server);
    memories.push({ lesson, memory });
    t.diagnostic(`${lesson}: ${seconds.toFixed(1)} s, ${told(memory)}`);
  });
}

test('what took its time is done, and every lesson is passed', async (t) => {
  await Promise.all(later.values());
  for (const lesson of ready.splice(0)) await telling(lesson, () => passes(lesson));
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

test('all processes together stay small, whatever the lessons do', (t) => {
  const most = memories.toSorted((a, b) => sumOf(b.memory) - sumOf(a.memory))[0]!;
  t.diagnostic(`most after lesson ${most.lesson}: ${told(most.memory)}`);
  assert.ok(sumOf(most.memory) < MEGABYTES, `${told(most.memory)} after lesson ${most.lesson}`);
});
