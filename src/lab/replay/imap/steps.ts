/** An IMAP session as steps, turn by turn, each command with what it is for and each kind of answer with what it means. Pure. */
import type { Phrase } from '#mail/story/phrase';
import { say } from '#mail/story/phrase';
import { printable } from '#mail/story/terminal-text';
import type { Line, Step, Why } from '#lab/replay/step';
import type { Telling } from '#lab/replay/telling';
import { REPLAY_TEXTS } from '#lab/replay/texts';
import { whyOf } from '#lab/replay/why';
import type { ImapEntry } from './ear.ts';
import type { ImapSession } from './sessions.ts';
import { IMAP_REPLIES, IMAP_TURNS, IMAP_VERBS, type ImapReply } from './texts.ts';
import { imapTurns, type ImapTurn } from './turns.ts';

export function imapSteps(session: ImapSession, { places, language }: Telling): Step[] {
  const client = places.nameOf(session.client, language);
  const server = places.own.name;
  const lines = (entries: readonly ImapEntry[]): Line[] => {
    const explained = new Set<Phrase>();
    return entries.flatMap((entry): Line[] => {
      if (entry.kind === 'left-out') {
        const text = say(REPLAY_TEXTS['left-out'], language, { lines: entry.line });
        return [{ kind: 'detail', text }];
      }
      const wire: Line = {
        kind: 'wire',
        text: `${SIGNS[entry.kind]} ${printable(entry.line, Infinity)}`,
      };
      const meaning = entry.kind === 'server' ? meaningOf(entry.line) : undefined;
      if (meaning === undefined || explained.has(meaning)) return [wire];
      explained.add(meaning);
      return [wire, { kind: 'meaning', text: meaningText(meaning, language) }];
    });
  };
  return imapTurns(session.entries).map((turn): Step => {
    const { at, kind } = turn.entries[0]!;
    const isServers = kind === 'server' || kind === 'left-out';
    return {
      at,
      kind: 'dialogue',
      from: isServers ? server : client,
      to: isServers ? client : server,
      text: REPLAY_TEXTS[turn.kind === 'tls' ? 'handshake' : isServers ? 'replies' : 'spoken'][
        language
      ],
      lines: lines(turn.entries),
      why: whysOf(turn).map((phrase): Why => whyOf(phrase, language)),
    };
  });
}

const SIGNS = { client: 'C:', server: 'S:', tls: '--', compressed: '--' } as const;

function meaningText({ rfc, ...texts }: Phrase, language: 'en' | 'ja'): string {
  return rfc === undefined ? texts[language] : `${texts[language]} [${rfc}]`;
}

function whysOf({ kind, verbs }: ImapTurn): readonly Phrase[] {
  return kind === 'commands' ? verbs.map((verb) => IMAP_VERBS[verb]) : [IMAP_TURNS[kind]];
}

const UNTAGGED: Readonly<Record<string, ImapReply>> = {
  EXISTS: 'exists',
  EXPUNGE: 'expunge',
  VANISHED: 'vanished',
  FETCH: 'fetch',
  UIDFETCH: 'fetch',
  LIST: 'list',
  LSUB: 'list',
  STATUS: 'status',
  ESEARCH: 'esearch',
  SEARCH: 'esearch',
  SORT: 'esearch',
  FLAGS: 'flags',
  BYE: 'bye',
  NO: 'no',
  BAD: 'bad',
};

function meaningOf(line: string): Phrase | undefined {
  if (line.startsWith('+')) return IMAP_REPLIES.go;
  const [, tag, word = ''] = /^([^ ]{1,100}) (?:\d{1,10} )?([A-Z]{1,20})(?: |$)/i.exec(line) ?? [];
  const upper = word.toUpperCase();
  if (tag === undefined || !Object.hasOwn(UNTAGGED, upper)) return undefined;
  const reply = UNTAGGED[upper]!;
  // what has a tag is the end of a command, and no datum
  return tag === '*' || reply === 'no' || reply === 'bad' ? IMAP_REPLIES[reply] : undefined;
}
