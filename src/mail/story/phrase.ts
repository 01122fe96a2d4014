/**
 * A text of the story in every language, with placeholders: `'{client} logged in'`. What a phrase needs is read off its
 * English text by the compiler, so that a forgotten value does not compile; that the other language has the same
 * placeholders is held by `catalogue.test.ts`.
 */
import type { Language } from '#protocol/dsn/language';
import { asTyped } from './as-typed.ts';

export type Phrase = Readonly<Record<Language, string>> & {
  /** Where the rule is written: `RFC 5321 §4.4`; of a rule of our own the decision, or the setting that it follows. */
  readonly rfc?: string;
};

/** The names between braces in a text. */
export type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** The phrase in a language with its placeholders filled, and commands as they are typed here. Values are put in as they are: make them safe before. */
export function say<P extends Phrase>(
  phrase: P,
  language: Language,
  values: Readonly<Record<Placeholders<P['en']>, string>>,
): string {
  const given: Readonly<Record<string, string>> = values;
  return asTyped(phrase[language]).replaceAll(PLACEHOLDER, (_, name: string) => given[name] ?? '?');
}

/** The phrase that a catalogue has for a word. */
export function phraseFor(
  catalogue: Readonly<Record<string, Phrase>>,
  word: string | undefined,
): Phrase | undefined {
  return word !== undefined && Object.hasOwn(catalogue, word) ? catalogue[word] : undefined;
}

/** The placeholders of a text, sorted, for the test of the catalogue. */
export function placeholdersOf(text: string): readonly string[] {
  return [...text.matchAll(PLACEHOLDER)].map((match) => match[1]!).sort();
}

const PLACEHOLDER = /\{(\w+)\}/g;
