/** An explanation of a step, with the section that it is written in. */
import type { Phrase } from '#mail/story/phrase';
import type { Language } from '#protocol/dsn/language';
import type { Why } from './step.ts';

export function whyOf(phrase: Phrase, language: Language): Why {
  return { text: phrase[language], ...(phrase.rfc !== undefined && { rfc: phrase.rfc }) };
}
