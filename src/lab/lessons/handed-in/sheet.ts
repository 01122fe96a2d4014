/**
 * A sheet of answers that is judged as a whole, once it is whole: which answer is not right is not told, nor how many are, so that nobody finds
 * them by changing one at a time.
 */
import { MISSING, missing, seen, wrong, type Said, type Sight } from '#lab/lessons/lesson';
import type { LessonRun } from '#store/lab/lesson-runs';

export interface Sheet<Name extends string> {
  readonly names: readonly Name[];
  /** @param given trimmed, in lower case, never empty */
  readonly isRight: (name: Name, given: string) => boolean;
  /** Said of a sheet that is not right. */
  readonly wrong: Said;
}

/** One sight for each answer. Pure. */
export function sheetSights<const Name extends string>(
  { answers = {} }: Pick<LessonRun, 'answers'>,
  { names, isRight, wrong: why }: Sheet<Name>,
): Readonly<Record<Name, Sight>> {
  const given = (name: Name): string => answers[name]?.trim().toLowerCase() ?? '';
  const open = names.filter((name) => given(name) === '');
  const allRight = open.length === 0 && names.every((name) => isRight(name, given(name)));
  const sight = (name: Name): Sight => {
    if (allRight) return seen({ at: given(name) });
    if (open.length === 0) return wrong(why);
    return open.length === names.length ? MISSING : missing(notAnswered(open));
  };
  return Object.fromEntries(names.map((name) => [name, sight(name)])) as Record<Name, Sight>;
}

function notAnswered(open: readonly string[]): Said {
  const names = open.join(', ');
  return { en: `Not answered yet: ${names}`, ja: `まだ答えていない質問：${names}` };
}
