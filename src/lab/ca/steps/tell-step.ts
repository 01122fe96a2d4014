/** A step of the authority as one line of words, what strangers said made safe to print. Pure. */
import type { Language } from '#protocol/dsn/language';
import { say, type Phrase } from '#mail/story/phrase';
import { printable } from '#mail/story/terminal-text';
import { CA_STEP_TEXTS } from './step-texts.ts';
import type { CaStep } from './steps.ts';

export function tellCaStep(step: CaStep, language: Language): string {
  const phrase: Phrase = CA_STEP_TEXTS[step.step];
  const values = Object.entries(step).map(([key, value]) => [key, shown(value, language)]);
  return say(phrase, language, Object.fromEntries(values) as Record<never, string>);
}

function shown(value: unknown, language: Language): string {
  if (Array.isArray(value)) {
    return value.map((one) => printable(String(one))).join(language === 'ja' ? '、' : ', ');
  }
  return printable(String(value));
}
