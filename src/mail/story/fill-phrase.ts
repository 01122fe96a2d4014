/** Phrases filled from the fields of a step, and sentences put together, in either language. */
import type { Language } from '#protocol/dsn/language';
import { FRAME } from './texts/frame-texts.ts';
import { type Phrase, placeholdersOf, say } from './phrase.ts';
import type { StepFields } from './tell/step-fields.ts';

/** Which step it is; empty where that cannot be said. */
export function nameOf(fields: StepFields): string {
  const name = fields.get('step');
  return typeof name === 'string' ? name : '';
}

/** A part of a sentence as one of its own. */
export function asSentence(part: string, language: Language): string {
  return language === 'ja' ? `${part}。` : `${part.charAt(0).toUpperCase()}${part.slice(1)}.`;
}

export function sentences(language: Language, parts: readonly (string | false)[]): string {
  return parts.filter((part) => part !== false).join(language === 'ja' ? '' : ' ');
}

/** The phrase for the word in a field of the step, filled with the others. */
export function chosen(
  catalogue: Readonly<Record<string, Phrase>>,
  key: string,
  fields: StepFields,
  values: Readonly<Record<string, string>> = {},
): string {
  const word = fields.get(key);
  return typeof word === 'string' && Object.hasOwn(catalogue, word)
    ? filled(catalogue[word]!, fields, values)
    : say(FRAME.unknownStep, fields.language, { key: fields.shown(key) });
}

/** Placeholders are the fields of the step, unless given. */
export function filled(
  phrase: Phrase,
  fields: StepFields,
  given: Readonly<Record<string, string>> = {},
): string {
  const names = placeholdersOf(phrase[fields.language]);
  const values = names.map((name) => [name, given[name] ?? fields.shown(name)]);
  return say(phrase, fields.language, Object.fromEntries(values) as Record<string, string>);
}
