/**
 * Answers with few choices could be found by handing in one sheet after the other. So each sheet that is not right is counted, once, and after a few of
 * them the lesson begins anew, with other chances.
 */
import { createHash } from 'node:crypto';
import type { Sight } from '#lab/lessons/lesson';
import type { Phrase } from '#mail/story/phrase';
import type { Pool } from '#store/database/open';
import { countWrongSheet, type LessonRun } from '#store/lab/lesson-runs';

export const TRIES = 3;

export const TRY_TEXTS = {
  left: {
    en: 'Something in your answers is not right yet. Look once more before you change them: sheets that may still be wrong: {left}. After that the lesson begins anew, with other chances.',
    ja: '答えのどこかがまだ正しくありません。書き直す前に、もう一度よく調べてみましょう。あと {left} 回まちがえると、レッスンは別の内容で始めからになります。',
  },
  anew: {
    en: 'That was the third sheet that was not right, so lesson {lesson} has begun anew, with other chances. No harm is done: read again what is there now, take a hint if you like, and answer when you are sure.',
    ja: '3 回続けて答えが正しくなかったため、レッスン {lesson} を別の内容で始め直しました。失敗ではありません。いまの内容をもう一度読み、必要ならヒントも使って、確信が持てたら答えてください。',
  },
} as const satisfies Record<string, Phrase>;

/** @returns how many more wrong sheets the learner has; undefined: none was handed in now */
export async function triesLeft(
  pool: Pool,
  { lesson, answers }: LessonRun,
  sights: Readonly<Record<string, Sight>>,
): Promise<number | undefined> {
  const isGuess = Object.values(sights).some((sight) => 'isGuess' in sight);
  if (!isGuess || answers === undefined) return undefined;
  const wrong = await countWrongSheet(pool, lesson, digestOf(answers));
  return Math.max(0, TRIES - wrong);
}

/** The same for the same answers, whichever order they came in. */
function digestOf(answers: Readonly<Record<string, string>>): string {
  const sheet = Object.entries(answers)
    .map(([name, answer]) => [name, answer.trim().toLowerCase()] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sheet)).digest('base64url');
}
