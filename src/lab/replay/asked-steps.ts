/** One question of the DNS as steps: who asked the resolver, whom the resolver asked, and what came of it. Pure. */
import type { AskedQuestion } from '#lab/dns/questions';
import { attributeOne } from './attribute.ts';
import type { Telling } from './telling.ts';
import { questionSteps } from './question-step.ts';
import type { Step } from './step.ts';

/** @returns undefined where the question is not remembered any more */
export function askedSteps(
  number: number,
  questions: readonly AskedQuestion[],
  { places, language }: Telling,
): Step[] | undefined {
  const question = questions.find((one) => one.number === number);
  return question && questionSteps(attributeOne(question, questions, places), places, language);
}
