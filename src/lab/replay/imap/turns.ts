/** An IMAP session cut into turns: commands with what they were answered, and what the server said by itself. Pure; nothing is left out. */
import type { ImapEntry } from './ear.ts';
import { IMAP_VERBS, type ImapTurnKind, type ImapVerb } from './texts.ts';

export interface ImapTurn {
  readonly kind: 'commands' | ImapTurnKind;
  /** Of its commands, each once. */
  readonly verbs: readonly ImapVerb[];
  readonly entries: readonly ImapEntry[];
}

/** What the server says unasked within this is one turn. Calendar milliseconds. */
const TOGETHER = 1000;

interface Open {
  kind: ImapTurn['kind'];
  verbs: ImapVerb[];
  entries: ImapEntry[];
}

export function imapTurns(entries: readonly ImapEntry[]): ImapTurn[] {
  const turns: Open[] = [];
  /** Tags of commands that have no answer yet. */
  const running = new Set<string>();
  let idles = false;
  let idling: string | undefined;
  const begin = (kind: ImapTurn['kind']): Open => {
    const turn: Open = { kind, verbs: [], entries: [] };
    turns.push(turn);
    return turn;
  };
  for (const entry of entries) {
    const last = turns.at(-1);
    if (entry.kind === 'tls' || entry.kind === 'compressed') {
      begin(entry.kind).entries.push(entry);
      running.clear();
    } else if (entry.kind === 'client') {
      const command = commandIn(entry.line);
      const isNew = last?.kind !== 'commands' || last.entries.some(({ kind }) => kind !== 'client');
      const goesOn = entry.line.startsWith('…') && running.size > 0;
      const turn = isNew ? begin(clientKind(entry.line, command !== undefined, goesOn)) : last;
      turn.entries.push(entry);
      idles = false;
      if (command === undefined) continue;
      const { tag, verb } = command;
      running.add(tag);
      if (!turn.verbs.includes(verb)) turn.verbs.push(verb);
      idling = verb === 'IDLE' ? tag : undefined;
    } else {
      const isUnasked = last === undefined || idles || (running.size === 0 && isOver(last));
      const turn = isUnasked ? spokenTurn(last, entry, begin) : last;
      turn.entries.push(entry);
      if (entry.kind === 'left-out') continue;
      if (entry.line.startsWith('+')) idles = idling !== undefined;
      else running.delete(entry.line.split(' ', 1)[0]!);
    }
  }
  return turns;
}

function spokenTurn(
  last: Open | undefined,
  entry: ImapEntry,
  begin: (kind: ImapTurn['kind']) => Open,
): Open {
  if (last === undefined) return begin('greeting');
  if (last.kind === 'tls' && last.entries.length === 1) return begin('greeting');
  const isSame = last.kind === 'unasked' && entry.at - last.entries.at(-1)!.at <= TOGETHER;
  return isSame ? last : begin('unasked');
}

/** Whether what the client said last was answered, as far as it was a command. */
function isOver({ kind, entries }: Open): boolean {
  return kind !== 'other' || entries.some((entry) => entry.kind === 'server');
}

function clientKind(line: string, isCommand: boolean, goesOn: boolean): ImapTurn['kind'] {
  if (isCommand) return 'commands';
  if (/^done$/i.test(line)) return 'done';
  return goesOn ? 'more' : 'other';
}

function commandIn(line: string): { readonly tag: string; readonly verb: ImapVerb } | undefined {
  const [, tag, word = ''] = /^([^ …]{1,100}) (?:UID )?([A-Z]{1,20})(?: |$)/i.exec(line) ?? [];
  const verb = word.toUpperCase();
  if (tag === undefined || !Object.hasOwn(IMAP_VERBS, verb)) return undefined;
  return { tag, verb: verb as ImapVerb };
}
