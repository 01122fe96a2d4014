/**
 * What is told of an event, and what its teller has besides its fields. The tellers stand by what their events are about:
 * `tell-client.ts`, `tell-message.ts`, `tell-delivery.ts`.
 */
import type { EventType } from '#events';
import type { Language } from '#protocol/dsn/language';
import type { EventFields } from './event-fields.ts';
import { FRAME, type Phase } from '#mail/story/texts/frame-texts';
import { type Phrase, phraseFor } from '#mail/story/phrase';
import type { MomentOf } from '#mail/story/spoken';

export type Tone = 'plain' | 'good' | 'waiting' | 'bad';

/** What is told of one event. */
export interface Told {
  readonly phase: Phase;
  readonly tone: Tone;
  readonly text: string;
  readonly rfc?: string | undefined;
  readonly details?: readonly string[];
}

/** What a teller has besides the event's fields. */
export interface Teller {
  readonly language: Language;
  readonly momentOf: MomentOf;
  /** When the event happened. Calendar milliseconds. */
  readonly at: number;
  /** The recipient that the event is about, where other events name it. */
  readonly recipient: string | undefined;
}

export type Tellers = {
  readonly [T in EventType]: (fields: EventFields<T>, teller: Teller) => Told;
};

/** What no catalogue knows stands for itself. */
export function wordOf(
  catalogue: Readonly<Record<string, Phrase>>,
  word: string | undefined,
  language: Language,
): string {
  return phraseFor(catalogue, word)?.[language] ?? word ?? FRAME.notRecorded[language];
}
