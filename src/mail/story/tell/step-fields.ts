/** The fields of a step that is kept as plain JSON, by whatever version: every question has an answer that can be shown. */
import type { Json } from '#events';
import type { Language } from '#protocol/dsn/language';
import { FRAME } from '#mail/story/texts/frame-texts';
import type { Phrase } from '#mail/story/phrase';
import { printable } from '#mail/story/terminal-text';

/** The fields of a step, each as something to show. */
export class StepFields {
  readonly #step: Readonly<Record<string, Json | undefined>>;
  readonly language: Language;

  constructor(step: Readonly<Record<string, Json | undefined>>, language: Language) {
    this.#step = step;
    this.language = language;
  }

  get(key: string): Json | undefined {
    return Object.hasOwn(this.#step, key) ? this.#step[key] : undefined;
  }

  shown(key: string): string {
    const value = this.get(key);
    if (value === undefined || value === null) return FRAME.notRecorded[this.language];
    return printable(typeof value === 'string' ? value : JSON.stringify(value));
  }

  /** The text that a catalogue has for the word in this field; a word without one stands for itself. */
  worded(key: string, catalogue: Readonly<Record<string, Phrase>>): string {
    const word = this.get(key);
    return typeof word === 'string' && Object.hasOwn(catalogue, word)
      ? catalogue[word]![this.language]
      : this.shown(key);
  }

  list(key: string, item: (value: Json) => string): string {
    const value = this.get(key);
    if (!Array.isArray(value) || value.length === 0) return FRAME.nobody[this.language];
    return (value as readonly Json[]).map(item).join(this.language === 'ja' ? '、' : ', ');
  }

  part(key: string): StepFields {
    const value = this.get(key);
    return new StepFields(isRecord(value) ? value : {}, this.language);
  }
}

export function isRecord(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function plain(value: Json): string {
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}
