/**
 * What a lesson is: something to prepare, criteria that are looked for in what happened since it was started, something to put back.
 * Its page (`docs/lessons/`) tells the learner what to do. A check reads events, dialogues, DNS and mailboxes, never a shell's history.
 */
import type { Json } from '#events';
import type { Phrase } from '#mail/story/phrase';
import type { Language } from '#protocol/dsn/language';
import type { LessonRun } from '#store/lab/lesson-runs';
import type { LessonWorld } from './world.ts';

/** Where a criterion was seen: ids by which the learner can look for themselves. */
export interface Evidence {
  readonly event?: string;
  readonly session?: string;
  readonly message?: string;
  /** Of a mailbox or a row, in words that need no translation: `bob@example.test INBOX 3`. */
  readonly at?: string;
}

/** A text in every language, its values filled in. */
export type Said = Readonly<Record<Language, string>>;

export type Sight =
  | { readonly kind: 'seen'; readonly evidence: Evidence }
  /** `why`: what was there instead, where that helps. */
  | { readonly kind: 'missing'; readonly why?: Said; readonly isGuess?: true };

export const MISSING: Sight = { kind: 'missing' };

export function seen(evidence: Evidence): Sight {
  return { kind: 'seen', evidence };
}

export function missing(why: Said): Sight {
  return { kind: 'missing', why };
}

/** Of a whole sheet of answers that is not right: a few of them, and the lesson begins anew. Which answer it is is not told, nor how many. */
export function wrong(why: Said): Sight {
  return { kind: 'missing', why, isGuess: true };
}

/** What `begin` laid out. */
export interface Begun {
  /** Kept with the run, for the check. */
  readonly prepared?: LessonRun['prepared'];
  /** Told to the learner. */
  readonly told?: readonly Said[];
  /** Why it could not be laid out, in the words of the server that refused, or in ours; the run is forgotten then. */
  readonly failure?: string | Said;
}

export interface Question {
  /** What the learner writes before `=`. */
  readonly name: string;
  readonly text: Said;
}

export interface Lesson<Key extends string = string> {
  /** `1.1` */
  readonly number: string;
  /** `speak-smtp`, in the names of its files. */
  readonly slug: string;
  /** In the order in which they are shown. */
  readonly criteria: Readonly<Record<Key, Phrase>>;
  /** What `lab answer` takes; none where the lesson asks nothing. */
  readonly questions?: (run: LessonRun) => readonly Question[];
  begin(world: LessonWorld, run: LessonRun): Promise<Begun>;
  /** One sight for each criterion, of what happened since the run began. */
  check(world: LessonWorld, run: LessonRun): Promise<Readonly<Record<Key, Sight>>>;
  /** It breaks something that other lessons feel: until the learner mended it, which passing shows, or until it is reset. */
  readonly breaks?: 'until-passed' | 'until-reset';
  /** Puts back what `begin` changed. */
  reset(world: LessonWorld, run: LessonRun): Promise<void>;
}

/** Keeps the criteria's names for the check, which has to say something about each. */
export function lesson<const Key extends string>(given: Lesson<Key>): Lesson {
  return given;
}

/** Nothing to prepare, nothing to put back. */
export const NOTHING_LAID_OUT = {
  begin: () => Promise.resolve({}),
  reset: () => Promise.resolve(),
} satisfies Pick<Lesson, 'begin' | 'reset'>;

/** A text that `begin` kept. @throws when it kept none: a bug */
export function preparedText({ lesson: number, prepared }: LessonRun, name: string): string {
  const value: Json | undefined = prepared[name];
  if (typeof value !== 'string') throw new Error(`lesson ${number} kept no ${name}`);
  return value;
}
