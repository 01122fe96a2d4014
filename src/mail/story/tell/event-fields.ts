/**
 * Reads the fields of a stored event for its text. Events of other versions may lack a field or hold another kind of value:
 * every question has an answer that can be shown. What was erased is said to be erased.
 */
import type { EventCatalogue, EventType, Json } from '#events';
import type { Language } from '#protocol/dsn/language';
import { FRAME } from '#mail/story/texts/frame-texts';
import { printable } from '#mail/story/terminal-text';
import type { StoredEvent } from '#store/events/events';

type PublicKey<T extends EventType> = T extends EventType
  ? keyof EventCatalogue[T]['public']
  : never;
type PersonalKey<T extends EventType> = T extends EventType
  ? keyof EventCatalogue[T]['personal']
  : never;
type Key<T extends EventType> = (PublicKey<T> | PersonalKey<T>) & string;

/** Elements of a list that are shown. */
const MAX_LISTED = 50;

export class EventFields<T extends EventType> {
  readonly #event: StoredEvent;
  readonly #language: Language;

  constructor(event: StoredEvent, language: Language) {
    this.#event = event;
    this.#language = language;
  }

  /** The raw value; undefined where there is none, or null. */
  raw(key: Key<T>): Json | undefined {
    const { public: open, personal } = this.#event;
    if (Object.hasOwn(open, key)) return open[key] ?? undefined;
    return Object.hasOwn(personal, key) ? (personal[key] ?? undefined) : undefined;
  }

  /** The text of a field that is one, made printable. */
  text(key: Key<T>): string | undefined {
    const value = this.raw(key);
    return typeof value === 'string' ? printable(value) : undefined;
  }

  number(key: Key<T>): number | undefined {
    const value = this.raw(key);
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  }

  /** Calendar milliseconds of a field that holds a time as ISO 8601. */
  time(key: Key<T>): number | undefined {
    const value = this.raw(key);
    const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
    return Number.isNaN(at) ? undefined : at;
  }

  /** Something to show in every case: the value, or why there is none. */
  shown(key: Key<T>): string {
    const value = this.raw(key);
    if (value === undefined) return this.#absent();
    return typeof value === 'string' ? printable(value) : printable(JSON.stringify(value));
  }

  /** The texts of a list; empty where there is none. */
  list(key: Key<T>): readonly string[] {
    const value = this.raw(key);
    if (!Array.isArray(value)) return [];
    const items = value as readonly Json[];
    return items
      .slice(0, MAX_LISTED)
      .map((item) => printable(typeof item === 'string' ? item : JSON.stringify(item)))
      .concat(items.length > MAX_LISTED ? [`… (+${items.length - MAX_LISTED})`] : []);
  }

  /** A list in one text. */
  joined(key: Key<T>): string {
    const items = this.list(key);
    if (items.length > 0) return items.join(this.#language === 'ja' ? '、' : ', ');
    return Array.isArray(this.raw(key)) ? FRAME.nobody[this.#language] : this.#absent();
  }

  /** Personal fields are erased together. */
  #absent(): string {
    const erased = Object.keys(this.#event.personal).length === 0;
    return (erased ? FRAME.erased : FRAME.notRecorded)[this.#language];
  }
}
