/**
 * Warnings that a learner leaves as they are, for lesson 2.15. A sentence alone could be anything, so it begins with a number: that of what the warning
 * leads to, out of a list in another order for each learner, with some of other checks among them. Pure.
 */
import type { Question, Said } from '#lab/lessons/lesson';
import { TEXTS, type CheckId } from '#mail/doctor/texts';
import { say } from '#mail/story/phrase';
import type { LessonRun } from '#store/lab/lesson-runs';
import { seeded } from '#lab/seeded';

/** Of the machine that it runs on: they may warn at any time. */
const OF_THE_MACHINE: readonly CheckId[] = ['H3', 'H4'];
/** Characters: a word explains nothing. */
const SHORTEST = 10;
/** Of other checks. */
const DECOYS = 4;

type Run = Pick<LessonRun, 'seed' | 'prepared' | 'answers'>;

export function isOfTheMachine(id: CheckId): boolean {
  return OF_THE_MACHINE.includes(id);
}

/** What warned or failed before anything was broken: where it only warns, a learner may live with it, and say why. */
export function explainable({ prepared }: Run): readonly CheckId[] {
  const unwell = (prepared['unwell'] ?? []) as readonly CheckId[];
  return [...new Set([...OF_THE_MACHINE, ...unwell])].toSorted();
}

/** The number that a learner gave, with a reason. Undefined: there is none, or no reason, or it may not be explained away. */
export function explanationOf(run: Run, id: CheckId): number | undefined {
  if (!explainable(run).includes(id)) return undefined;
  const [, number, reason = ''] =
    /^\s*(\d{1,2})\b[\s:.,)]*(.*)$/s.exec(run.answers?.[id] ?? '') ?? [];
  return number !== undefined && reason.trim().length >= SHORTEST ? Number(number) : undefined;
}

/** The number that is right. */
export function numberOf(run: Run, id: CheckId): number {
  return listed(run).indexOf(id) + 1;
}

/** The list, a line for each. */
export function consequencesOf(run: Run): Said {
  const list = (language: keyof Said): string =>
    listed(run)
      .map((id, index) => `\n    (${index + 1}) ${say(TEXTS[id].why, language, {})}`)
      .join('');
  return {
    en: `What a warning leads to, or guards against:${list('en')}`,
    ja: `WARN が招くこと、または防いでいること：${list('ja')}`,
  };
}

export function questionOf(id: CheckId): Question {
  const title = (language: keyof Said): string => say(TEXTS[id].title, language, {});
  return {
    name: id,
    text: {
      en: `if it warns: the number of what «${title('en')}» is about, and why it may stay so`,
      ja: `WARN のままなら：「${title('ja')}」に当たる番号と、そのままにしてよい理由`,
    },
  };
}

/** The same for the same seed. */
function listed(run: Run): readonly CheckId[] {
  const chance = seeded(run.seed);
  const asked = explainable(run);
  const others = (Object.keys(TEXTS) as CheckId[]).filter((id) => !asked.includes(id));
  return chance.shuffled([...asked, ...chance.shuffled(others).slice(0, DECOYS)]);
}
