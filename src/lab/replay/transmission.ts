/**
 * An SMTP dialogue as steps, turn by turn, with what the server found out and decided before it answered put where it belongs: what is known of
 * the client and its sender before the answer to MAIL, what takes the content before the answer to the content, the verdict before the reply
 * that tells it. Pure; nothing that is handed in is left out.
 */
import { explainDialogue } from '#mail/story/tell/explain-dialogue';
import type { Language } from '#protocol/dsn/language';
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import type { Step, Why } from './step.ts';
import { REPLAY_TEXTS, TURN_TEXTS } from './texts.ts';
import { turnsOf, type Turn } from './turns.ts';
import { whyOf } from './why.ts';

export interface Transmission {
  readonly client: string;
  readonly server: string;
  readonly messageId?: string;
  /** Which of the two kept the record. */
  readonly side: 'client' | 'server';
  /** Calendar milliseconds. */
  readonly beganAt: number;
  readonly endedAt: number;
  readonly entries: readonly DialogueEntry[];
  /** Of the server, before it answers MAIL. */
  readonly early: readonly Step[];
  /** Before it answers the content. */
  readonly late: readonly Step[];
  /** Before the reply that tells what it decided. */
  readonly verdict: readonly Step[];
}

export function transmissionSteps(given: Transmission, language: Language): Step[] {
  const { early, late, verdict } = given;
  const turns = turnsOf(given.entries, given.side);
  const mail = atOrLast(turns.findIndex(({ said }) => said.includes('MAIL')));
  const content = atOrLast(
    turns.findIndex(({ said }, index) => index >= mail && said.includes('content')),
  );
  const refused = turns.findIndex((turn, index) => index >= mail && turn.refused);
  const decided = refused === -1 ? content : refused;
  function atOrLast(index: number): number {
    return index === -1 ? turns.length - 1 : index;
  }
  if (turns.length === 0) return [...early, ...late, ...verdict];
  return turns.flatMap((turn, index) => {
    const between = [
      ...(index === mail ? early : []),
      // refused before the content came: what it was asked for comes with it
      ...(index === Math.min(content, decided) ? late : []),
      ...(index === decided ? verdict : []),
    ];
    return turnSteps(turn, between, given, language);
  });
}

function turnSteps(
  { client, server, said }: Turn,
  between: readonly Step[],
  given: Transmission,
  language: Language,
): Step[] {
  const why = said.flatMap((word): Why[] =>
    Object.hasOwn(TURN_TEXTS, word)
      ? [whyOf(TURN_TEXTS[word as keyof typeof TURN_TEXTS], language)]
      : [],
  );
  if (between.length === 0 || client.length === 0 || server.length === 0) {
    const text = said.includes('tls') ? 'handshake' : server.length > 0 ? 'spoken' : 'commands';
    return [...between, spoken([...client, ...server], given, language, text, why)];
  }
  return [
    spoken(client, given, language, 'commands', why),
    ...between,
    spoken(server, given, language, 'replies', []),
  ];
}

function spoken(
  entries: readonly DialogueEntry[],
  { client, server, side, beganAt, endedAt, messageId }: Transmission,
  language: Language,
  text: 'spoken' | 'commands' | 'replies' | 'handshake',
  why: readonly Why[],
): Step {
  const [from, to] = text === 'replies' ? [server, client] : [client, server];
  return {
    at: Math.min(beganAt + (entries[0]?.at ?? 0), endedAt),
    kind: 'dialogue',
    from,
    to,
    text: REPLAY_TEXTS[text][language],
    lines: explainDialogue(entries, side, language),
    why,
    ...(messageId !== undefined && { messageId }),
  };
}
