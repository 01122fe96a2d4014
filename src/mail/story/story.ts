/**
 * The story of a message: its events in the order they happened, each as a line of plain words with the RFC section behind
 * it, and the dialogues of its attempts. Pure: events, dialogues and a language in, a value out, which is the output of
 * `message trace --json` as it is and of `message trace` through `format-story.ts`. Fields of other versions and
 * erased ones never make it fail.
 */
import type { Language } from '#protocol/dsn/language';
import type { Dialogue } from '#store/events/dialogues';
import type { StoredEvent } from '#store/events/events';
import { explainDialogue, type DialogueLine } from './tell/explain-dialogue.ts';
import {
  FRAME,
  PHASE_TITLES,
  STANDING_TEXTS,
  type Phase,
  type Standing,
} from './texts/frame-texts.ts';
import { say } from './phrase.ts';
import { momentsIn, type MomentOf } from './spoken.ts';
import { standings, type RecipientStanding } from './tell/standing.ts';
import { dateAndTime, siteText, timeOf } from './tell/field-words.ts';
import { tellEvent } from './tell/tell-event.ts';
import { tellHeldBack } from './tell/tell-warm-up.ts';
import type { Tone } from './tell/told.ts';
import { printable } from './terminal-text.ts';

export interface StoryInput {
  readonly messageId: string;
  /** In the order they happened. */
  readonly events: readonly StoredEvent[];
  readonly dialogues: readonly Dialogue[];
  /** Recipients that a warm-up plan holds back. */
  readonly heldBack?: readonly HeldBack[];
  /** Of the messages that this one caused: notices and forwards. */
  readonly children?: readonly Story[];
}

export interface HeldBack {
  readonly recipientId: string;
  /** Calendar milliseconds; undefined: until a person lets it go on. */
  readonly until: number | undefined;
}

export interface StoryEntry {
  /** Calendar milliseconds. */
  readonly at: number;
  /** A type of the event catalogue, or `dialogue` where the event of a dialogue is gone. */
  readonly type: string;
  readonly phase: Phase;
  readonly heading: string;
  readonly tone: Tone;
  /** One line. */
  readonly text: string;
  /** `RFC 5321 §4.4` */
  readonly rfc?: string;
  readonly recipientId?: string;
  readonly attemptId?: string;
  readonly details?: readonly string[];
  readonly dialogue?: readonly DialogueLine[];
}

/** How a recipient stands at the end of the story. */
export interface StandingLine {
  readonly recipientId?: string;
  readonly standing: Standing;
  readonly text: string;
}

export interface Story {
  readonly messageId: string;
  readonly language: Language;
  readonly timeZone: string;
  readonly standing: readonly StandingLine[];
  readonly entries: readonly StoryEntry[];
  readonly children: readonly Story[];
}

/** @param timeZone in which times are told, an IANA name */
export function story(input: StoryInput, language: Language, timeZone = 'UTC'): Story {
  const momentOf = momentsIn(timeZone);
  return {
    messageId: input.messageId,
    language,
    timeZone,
    standing: standings(input.events).map((one) =>
      standingLine(
        one,
        input.heldBack?.find(({ recipientId }) => recipientId === one.recipientId),
        input.events.at(-1)?.at ?? 0,
        language,
        momentOf,
      ),
    ),
    entries: entriesOf(input, language, momentOf),
    children: input.children ?? [],
  };
}

function entriesOf(
  { events, dialogues }: StoryInput,
  language: Language,
  momentOf: MomentOf,
): readonly StoryEntry[] {
  const sites = sitesOfAttempts(events);
  const holders = dialogueHolders(events);
  const recipients = forwardPaths(events);
  const entries = events.map((event, index): StoryEntry => {
    const told = tellEvent(event, {
      language,
      momentOf,
      recipient: recipients.get(event.ids.recipientId ?? ''),
    });
    const { recipientId, attemptId } = event.ids;
    // what an attempt stored here is told with the attempt
    const phase = told.phase === 'recipients' && attemptId !== undefined ? 'attempt' : told.phase;
    const own = dialogues.filter((dialogue) => holders.get(dialogue.attemptId) === index);
    return {
      at: event.at,
      type: event.type,
      phase,
      heading: headingOf(phase, sites.get(attemptId ?? ''), language),
      tone: told.tone,
      text: told.text,
      ...(told.rfc !== undefined && { rfc: told.rfc }),
      ...(recipientId !== undefined && { recipientId }),
      ...(attemptId !== undefined && { attemptId }),
      ...(told.details && told.details.length > 0 && { details: told.details }),
      ...(own.length > 0 && {
        dialogue: own.flatMap(({ entries }) =>
          explainDialogue(entries, isIncoming(event.type) ? 'server' : 'client', language),
        ),
      }),
    };
  });
  const lone = dialogues
    .filter(({ attemptId }) => !holders.has(attemptId))
    .map((dialogue) => loneDialogue(dialogue, language));
  return lone.length === 0 ? entries : [...entries, ...lone].sort((a, b) => a.at - b.at);
}

function headingOf(phase: Phase, site: string | undefined, language: Language): string {
  return phase === 'attempt' && site !== undefined
    ? say(FRAME.attemptTo, language, { site: siteText(printable(site), language) })
    : PHASE_TITLES[phase][language];
}

/** The forward-path of each recipient, which what an operator does to it does not name. */
function forwardPaths(events: readonly StoredEvent[]): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const { ids, personal } of events) {
    const path = personal['forwardPath'];
    if (ids.recipientId !== undefined && typeof path === 'string' && !paths.has(ids.recipientId)) {
      paths.set(ids.recipientId, printable(path));
    }
  }
  return paths;
}

/** The destination of each attempt, which not every one of its events names. */
function sitesOfAttempts(events: readonly StoredEvent[]): ReadonlyMap<string, string> {
  const sites = new Map<string, string>();
  for (const { ids, public: fields } of events) {
    const site = fields['site'];
    if (ids.attemptId !== undefined && typeof site === 'string') sites.set(ids.attemptId, site);
  }
  return sites;
}

const OUTCOMES = new Set<string>([
  'attempt.delivered',
  'attempt.deferred',
  'attempt.failed',
  'attempt.abandoned',
]);

function isIncoming(type: string): boolean {
  return type.startsWith('message.');
}

/** The event under which a dialogue is shown: the arrival for a session, the last outcome for an attempt. */
function dialogueHolders(events: readonly StoredEvent[]): ReadonlyMap<string, number> {
  const holders = new Map<string, number>();
  for (const [index, { type, ids }] of events.entries()) {
    if (ids.attemptId !== undefined && OUTCOMES.has(type)) holders.set(ids.attemptId, index);
    if (ids.sessionId !== undefined && isIncoming(type) && !holders.has(ids.sessionId)) {
      holders.set(ids.sessionId, index);
    }
  }
  return holders;
}

function loneDialogue(dialogue: Dialogue, language: Language): StoryEntry {
  return {
    at: dialogue.at,
    type: 'dialogue',
    phase: 'other',
    heading: PHASE_TITLES.other[language],
    tone: 'plain',
    text: FRAME.loneDialogue[language],
    attemptId: dialogue.attemptId,
    dialogue: explainDialogue(dialogue.entries, 'client', language),
  };
}

function whyHeldBack({ until }: HeldBack, language: Language, momentOf: MomentOf): string {
  return tellHeldBack(until === undefined ? undefined : dateAndTime(momentOf(until)), language);
}

function standingLine(
  { recipientId, recipient, standing, nextAt, host }: RecipientStanding,
  heldBack: HeldBack | undefined,
  lastAt: number,
  language: Language,
  momentOf: MomentOf,
): StandingLine {
  const next = heldBack
    ? say(FRAME.heldBack, language, { why: whyHeldBack(heldBack, language, momentOf) })
    : nextAt === undefined
      ? ''
      : say(FRAME.nextAttempt, language, { time: timeOf(nextAt, lastAt, momentOf) });
  return {
    ...(recipientId !== undefined && { recipientId }),
    standing,
    text: say(STANDING_TEXTS[standing], language, {
      recipient: recipient ?? FRAME.erased[language],
      next,
      host: host ?? '',
    }),
  };
}
