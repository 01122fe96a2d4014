/**
 * What `hikyaku lab` asks of the lessons: functions from a checked input to one value, without a socket or a terminal. What can be expected to
 * go wrong comes back as a refusal with a cause and a remedy.
 */
import { z } from 'zod';
import { say, type Phrase } from '#mail/story/phrase';
import { LANGUAGES, type Language } from '#protocol/dsn/language';
import {
  beginRun,
  findRun,
  keepAnswers,
  keepPrepared,
  listPassed,
  listRuns,
  nextHint,
  notePassed,
  removeRun,
  type LessonRun,
} from '#store/lab/lesson-runs';
import { installationSecret } from '#store/directory/installation';
import { LONGEST_RUNBOOK } from './handed-in/runbook.ts';
import { triesLeft, TRY_TEXTS } from './handed-in/tries.ts';
import type { Lesson } from './lesson.ts';
import { LESSONS } from './lessons.ts';
import { inOwnWords } from './own-words.ts';
import { HINTS, pagePath, readPage } from './pages.ts';
import { PHASES, PLAN } from './plan.ts';
import { learnerName, signResult } from './result-file.ts';
import { CAVEAT, REFUSALS, STILL_BROKEN } from './texts.ts';
import { verdictOf, type Verdict } from './verdict.ts';
import type { LessonWorld } from './world.ts';

export interface LessonRefusal {
  readonly kind: 'refused';
  readonly reason: keyof typeof REFUSALS;
  readonly message: string;
  readonly remedy: string;
}

const lang = z.enum(LANGUAGES);
const inLanguage = z.object({ lang });
const one = z.object({ lesson: z.string().max(8), lang });
const answered = one.extend({
  answers: z
    .record(z.string().max(64), z.string())
    .refine((answers) => Object.keys(answers).length <= 32)
    .refine((answers) => Object.entries(answers).every(isShort)),
});

/** `text` is the content of a file. */
function isShort([name, answer]: readonly [string, string]): boolean {
  return answer.length <= (name === 'text' ? LONGEST_RUNBOOK : 1000);
}

type InLanguage = z.infer<typeof inLanguage>;
type One = z.infer<typeof one>;

export interface ListedLesson {
  readonly lesson: string;
  readonly title: string;
  readonly phase: string;
  /** `coming`: planned, not there yet. */
  readonly state: 'coming' | 'open' | 'started' | 'passed';
  readonly hints: number;
  /** ISO 8601; of the first time. */
  readonly passedAt: string | null;
}

/** The calls by name; each lesson of the world is started, checked and put back by them. */
export function lessonCalls(world: LessonWorld) {
  const { pool } = world.store;
  return {
    lessons: {
      input: inLanguage,
      run: async ({ lang: language }: InLanguage) => ({
        lessons: await listLessons(world, language),
        caveat: CAVEAT[language],
      }),
    },

    start: {
      input: one,
      run: async (input: One) => {
        const found = findLesson(input);
        if ('kind' in found) return found;
        return startLesson(world, found, input);
      },
    },

    check: {
      input: one,
      run: async (input: One): Promise<Checked | LessonRefusal> => {
        const found = findLesson(input);
        if ('kind' in found) return found;
        const run = await findRun(pool, found.number);
        if (run === undefined) return refuse('not-started', input);
        await world.settle();
        const sights = await found.check(world, run);
        const verdict = verdictOf(found, sights, input.lang);
        if (verdict.passed) {
          const seen = verdict.seen.map(({ key, evidence }) => ({ key, ...evidence }));
          await notePassed(pool, { lesson: found.number, at: world.clock.now(), seen });
        }
        const caveat = CAVEAT[input.lang];
        const left = await triesLeft(pool, run, sights);
        if (left === undefined) return { ...verdict, note: null, anew: null, caveat };
        if (left > 0) {
          const note = say(TRY_TEXTS.left, input.lang, { left: String(left) });
          return { ...verdict, note, anew: null, caveat };
        }
        const anew = await startLesson(world, found, input);
        if ('kind' in anew) return anew;
        const note = say(TRY_TEXTS.anew, input.lang, { lesson: found.number });
        return { ...verdict, note, anew, caveat };
      },
    },

    hint: {
      input: one,
      run: async (input: One) => {
        const found = findLesson(input);
        if ('kind' in found) return found;
        const run = await findRun(pool, found.number);
        if (run === undefined) return refuse('not-started', input);
        const number = await nextHint(pool, found.number, HINTS);
        const { hints } = await readPage(found, input.lang);
        const text = inOwnWords(hints[number - 1]!, run, ownAddress(world));
        return { lesson: found.number, hint: number, of: HINTS, text };
      },
    },

    reset: {
      input: one,
      run: async (input: One) => {
        const found = findLesson(input);
        if ('kind' in found) return found;
        const run = await findRun(pool, found.number);
        if (run !== undefined) await found.reset(world, run);
        await removeRun(pool, found.number);
        return { lesson: found.number, wasStarted: run !== undefined };
      },
    },

    answer: {
      input: answered,
      run: async (input: z.infer<typeof answered>) => {
        const found = findLesson(input);
        if ('kind' in found) return found;
        const run = await findRun(pool, found.number);
        if (run === undefined) return refuse('not-started', input);
        const names = (found.questions?.(run) ?? []).map(({ name }) => name);
        if (names.length === 0) return refuse('asks-nothing', input);
        const strange = Object.keys(input.answers).find(
          (name) => !names.includes(name) && !(name === 'text' && names.includes('file')),
        );
        if (strange !== undefined)
          return refuse('no-such-question', input, { name: strange, names: names.join(', ') });
        const answers = { ...run.answers, ...input.answers };
        await keepAnswers(pool, found.number, answers);
        return { lesson: found.number, answers, open: names.filter((name) => !(name in answers)) };
      },
    },

    /** A file for others to see. */
    result: {
      input: z.object({ learner: learnerName }),
      run: async ({ learner }: { learner: string }) => {
        const lessons = await listLessons(world, 'en');
        const begun = lessons.flatMap(({ lesson, state, hints, passedAt }) =>
          state === 'passed' || state === 'started' ? [{ lesson, state, hints, passedAt }] : [],
        );
        const secret = await installationSecret(pool, world.random(32));
        const at = new Date(world.clock.now()).toISOString();
        return signResult(secret, { learner, at, of: lessons.length, lessons: begun });
      },
    },

    progress: {
      input: inLanguage,
      run: async ({ lang: language }: InLanguage) => {
        const lessons = await listLessons(world, language);
        const passed = lessons.filter(({ state }) => state === 'passed').length;
        return { lessons, passed, of: lessons.length, caveat: CAVEAT[language] };
      },
    },
  };
}

export interface Checked extends Verdict {
  /** Of answers that are not right. */
  readonly note: string | null;
  /** What the lesson began anew with, after too many of them. */
  readonly anew: Started | null;
  readonly caveat: string;
}

interface Started {
  readonly lesson: string;
  readonly title: string;
  readonly page: string;
  readonly goal: string;
  readonly steps: string;
  readonly told: readonly string[];
  readonly questions: readonly { readonly name: string; readonly text: string }[];
}

export type LessonCalls = ReturnType<typeof lessonCalls>;
export type LessonCallName = keyof LessonCalls;
export type LessonInputOf<Name extends LessonCallName> = z.infer<LessonCalls[Name]['input']>;
/** What a call answers when it is not refused. */
export type LessonValueOf<Name extends LessonCallName> = Exclude<
  Awaited<ReturnType<LessonCalls[Name]['run']>>,
  LessonRefusal
>;

async function startLesson(
  world: LessonWorld,
  started: Lesson,
  input: One,
): Promise<Started | LessonRefusal> {
  const { pool } = world.store;
  const { lang: language } = input;
  const page = await readPage(started, language);
  const former = await findRun(pool, started.number);
  if (former !== undefined) await started.reset(world, former);
  const [first, second, third] = world.random(3);
  const run = await beginRun(pool, {
    lesson: started.number,
    startedAt: world.clock.now(),
    seed: (first! << 16) | (second! << 8) | third!,
  });
  const begun = await started.begin(world, run);
  if (begun.failure !== undefined) {
    await removeRun(pool, started.number);
    const { failure } = begun;
    const reply = typeof failure === 'string' ? failure : failure[language];
    return refuse('cannot-begin', input, { reply });
  }
  const prepared = begun.prepared ?? {};
  await keepPrepared(pool, started.number, prepared);
  const questions = started.questions?.({ ...run, prepared }) ?? [];
  return {
    lesson: started.number,
    title: page.title,
    page: pagePath(started, language),
    goal: page.sections.goal,
    steps: inOwnWords(page.sections.steps, { prepared }, ownAddress(world)),
    told: [
      ...(begun.told ?? []).map((said) => said[language]),
      ...(await stillBroken(world, started)).map((lesson) =>
        say(STILL_BROKEN, language, { lesson }),
      ),
    ],
    questions: questions.map(({ name, text }) => ({ name, text: text[language] })),
  };
}

/** The other lessons that broke something, and neither were passed since nor put back. */
async function stillBroken({ store }: LessonWorld, { number }: Lesson): Promise<string[]> {
  const passed = new Set((await listPassed(store.pool)).map(({ lesson }) => lesson));
  const runs = await listRuns(store.pool);
  return runs
    .map(({ lesson }) => lesson)
    .filter((lesson) => {
      const breaks = lesson === number ? undefined : LESSONS.get(lesson)?.breaks;
      return breaks === 'until-reset' || (breaks === 'until-passed' && !passed.has(lesson));
    });
}

function ownAddress({ network }: LessonWorld): string {
  return network.addressOf('mail.example.test');
}

async function listLessons({ store }: LessonWorld, language: Language): Promise<ListedLesson[]> {
  const runs = new Map((await listRuns(store.pool)).map((run) => [run.lesson, run]));
  const passed = new Map((await listPassed(store.pool)).map((row) => [row.lesson, row.at]));
  return PHASES.flatMap(({ title: phase, lessons }) =>
    lessons.map(({ number, title }) => {
      const run: LessonRun | undefined = runs.get(number);
      const at = passed.get(number);
      return {
        lesson: number,
        title: say(title, language, {}),
        phase: say(phase, language, {}),
        state: stateOf(number, run, at),
        hints: run?.hints ?? 0,
        passedAt: at === undefined ? null : new Date(at).toISOString(),
      };
    }),
  );
}

function stateOf(
  number: string,
  run: LessonRun | undefined,
  passedAt: number | undefined,
): ListedLesson['state'] {
  if (passedAt !== undefined) return 'passed';
  if (run !== undefined) return 'started';
  return LESSONS.has(number) ? 'open' : 'coming';
}

function findLesson(input: One): Lesson | LessonRefusal {
  const found = LESSONS.get(input.lesson);
  if (found) return found;
  const planned = PLAN.some(({ number }) => number === input.lesson);
  return refuse(planned ? 'coming' : 'no-such-lesson', input);
}

function refuse(
  reason: keyof typeof REFUSALS,
  { lesson, lang: language }: One,
  values: Readonly<Record<string, string>> = {},
): LessonRefusal {
  const { message, remedy } = REFUSALS[reason];
  const fill = (phrase: Phrase): string => say(phrase, language, { lesson, ...values });
  return { kind: 'refused', reason, message: fill(message), remedy: fill(remedy) };
}
