/** Sentences in every language at once: what is refused is told later, to whoever asked, in theirs. Pure. */
import { say, type Phrase, type Placeholders } from '#mail/story/phrase';
import type { Language } from '#protocol/dsn/language';

export type Said = Readonly<Record<Language, string>>;

/** What is put in: the same in every language, or a sentence of its own. */
export type Value = string | number | Said;

/** The phrase with its placeholders filled, in every language. */
export function saidWith<P extends Phrase>(
  phrase: P,
  values: Readonly<Record<Placeholders<P['en']>, Value>>,
): Said {
  const given: Readonly<Record<string, Value>> = values;
  const within = (lang: Language): string => {
    const filled = Object.entries(given).map(([name, value]) => [name, textOf(value, lang)]);
    return say(phrase as Phrase, lang, Object.fromEntries(filled) as Record<string, string>);
  };
  return { en: within('en'), ja: within('ja') };
}

function textOf(value: Value, lang: Language): string {
  return typeof value === 'object' ? value[lang] : String(value);
}

/** For people: commas between, or the word for none. */
export function listed(words: readonly string[]): Said {
  return { en: words.join(', ') || 'none', ja: words.join('、') || 'なし' };
}

/** What a stranger wrote, as far as it helps to find it again. */
export function shortened(text: string, most = 80): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
