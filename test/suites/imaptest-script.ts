/**
 * Reads a script of ImapTest (imaptest/FORMAT.md): a header, then groups of commands with the answers that they must,
 * must not, or may get. A group is one command, or several sent together. Throws on what the format does not know.
 */
import { nameOf, parseStatusText, parseValues, textOf, type ImapValue } from '../support/imap/data.ts';

export type State = 'nonauth' | 'auth' | 'created' | 'appended' | 'selected';

export interface Script {
  readonly capabilities: readonly string[];
  readonly connections: number;
  /** How many messages are appended first. */
  readonly messages: number | 'all';
  readonly state: State;
  readonly ignoreExtra: boolean;
  /** One of the connections is another user's. */
  readonly secondUser: boolean;
  readonly groups: readonly Group[];
}

export interface Group {
  readonly connection: number;
  readonly commands: Command[];
  readonly replies: ExpectedReply[];
  /** Each reply is held against the next expected one only. */
  ordered: boolean;
}

export interface Command {
  readonly line: number;
  /** 0 where the script gives none. */
  readonly tag: number;
  /** Text with variables, and literals as they are sent. */
  readonly pieces: readonly (string | Buffer)[];
  answer: Pattern | undefined;
}

export interface ExpectedReply {
  readonly line: number;
  readonly existence: 'must' | 'must not' | 'may';
  readonly pattern: Pattern;
}

export type Pattern =
  | {
      readonly kind: 'status';
      /** '' stands for any. */
      readonly status: string;
      readonly code: readonly ImapValue[];
    }
  | { readonly kind: 'data'; readonly values: readonly ImapValue[] };

interface Line {
  readonly number: number;
  readonly text: string;
}

const STATES: ReadonlySet<string> = new Set(['nonauth', 'auth', 'created', 'appended', 'selected']);
const EXISTENCE = { '*': 'must', '!': 'must not', '?': 'may' } as const;
const STATUS = /^(ok|no|bad|bye|preauth|"")(?: (.*))?$/is;

/** @param text the file, one character per octet; environment variables count as not set */
export function parseScript(text: string): Script {
  const [headerText] = /^(?:.+\n)*/.exec(text)!;
  const header = parseHeader(headerText);
  const parser = new CommandParser(header.connections);
  const firstLine = headerText.split('\n').length;
  for (const line of logicalLines(text.slice(headerText.length), firstLine)) parser.take(line);
  return { ...header, groups: parser.end() };
}

function parseHeader(text: string): Omit<Script, 'groups'> {
  const settings = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name, value] = /^([\w ]+?) *: *(.*)$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`not a header: ${line}`);
    settings.set(name.toLowerCase(), value!);
  }
  const take = (name: string): string | undefined => {
    const value = settings.get(name);
    settings.delete(name);
    return value;
  };
  const state = take('state') ?? 'selected';
  if (!STATES.has(state)) throw new Error(`no state is called ${state}`);
  const messages = take('messages') ?? 'all';
  const header = {
    capabilities: (take('capabilities') ?? '').toUpperCase().split(' ').filter(Boolean),
    connections: Number(take('connections') ?? 1),
    messages: messages === 'all' ? messages : Number(messages),
    state: state as State,
    ignoreExtra: take('ignore_extra_untagged') !== 'no',
    secondUser: take('user 2') !== undefined,
  } as const;
  for (const name of settings.keys()) throw new Error(`no header is called ${name}`);
  return header;
}

/** Lines without comments, `{{{ … }}}` over several of them as an IMAP literal in one. */
function* logicalLines(text: string, firstLine: number): Iterable<Line> {
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    let line = lines[i]!;
    const number = firstLine + i;
    if (line === '' || line.startsWith('#')) continue;
    for (let open = /(~?)\{\{\{$/.exec(line); open !== null; open = /(~?)\{\{\{$/.exec(line)) {
      const content: string[] = [];
      for (i++; !lines[i]?.startsWith('}}}'); i++) {
        if (lines[i] === undefined) throw new Error(`line ${number}: a literal without end`);
        content.push(lines[i]!);
      }
      const literal = content.join(open[1] === '~' ? '\n' : '\r\n');
      line = `${line.slice(0, open.index)}${open[1]}{${literal.length}}\r\n${literal}${lines[i]!.slice(3)}`;
    }
    yield { number, text: line };
  }
}

class CommandParser {
  readonly #connections: number;
  readonly #groups: Group[] = [];
  /** One entry for each `!ifenv` that is open: whether its lines are skipped. */
  readonly #conditions: boolean[] = [];

  constructor(connections: number) {
    this.#connections = connections;
  }

  take({ number, text }: Line): void {
    if (this.#condition(text) || this.#conditions.includes(true)) return;
    try {
      this.#line(number, text);
    } catch (error) {
      throw new Error(`line ${number}: ${text}`, { cause: error });
    }
  }

  end(): Group[] {
    const open = this.#groups.at(-1);
    if (open === undefined) throw new Error('no commands');
    if (unanswered(open).length > 0) throw new Error('the last command has no answer');
    return this.#groups;
  }

  /** No environment variable is set. */
  #condition(text: string): boolean {
    const [, word] = /^!(ifenv|ifnenv|else|endif)\b/.exec(text) ?? [];
    if (word === undefined) return false;
    if (word === 'ifenv' || word === 'ifnenv') this.#conditions.push(word === 'ifenv');
    else {
      const skipped = this.#conditions.pop();
      if (skipped === undefined) throw new Error(`!${word} without !ifenv`);
      if (word === 'else') this.#conditions.push(!skipped);
    }
    return true;
  }

  #line(number: number, text: string): void {
    const group = this.#groups.at(-1);
    if (text === '!ordered' && group !== undefined) {
      group.ordered = true;
      return;
    }
    const [, mark] = /^([*!?]) /.exec(text) ?? [];
    if (mark !== undefined) {
      if (group === undefined) throw new Error('a reply before any command');
      group.replies.push({
        line: number,
        existence: EXISTENCE[mark as keyof typeof EXISTENCE],
        pattern: parsePattern(text.slice(2)),
      });
      return;
    }
    const { connection, rest } = this.#connection(text);
    if (group !== undefined && unanswered(group).length > 0) {
      if (group.connection !== connection) throw new Error('a group is of one connection');
      if (answers(group, rest)) return;
    }
    this.#command(number, connection, rest);
  }

  #command(number: number, connection: number, text: string): void {
    const { tag, rest } = splitTag(text);
    const [, answer, command] = /^(ok|no|bad|"") (.*)$/is.exec(rest) ?? [];
    let group = this.#groups.at(-1);
    if (group === undefined || unanswered(group).length === 0) {
      group = { connection, commands: [], replies: [], ordered: false };
      this.#groups.push(group);
    } else if (tag === 0) throw new Error('commands sent together need tags');
    group.commands.push({
      line: number,
      tag,
      pieces: cutLiterals(command ?? rest),
      answer: answer === undefined ? undefined : parsePattern(answer),
    });
  }

  #connection(text: string): { connection: number; rest: string } {
    if (this.#connections === 1) return { connection: 1, rest: text };
    const [all, number] = /^(\d+) /.exec(text) ?? [];
    if (all === undefined) throw new Error('no connection is named');
    return { connection: Number(number), rest: text.slice(all.length) };
  }
}

function unanswered(group: Group): Command[] {
  return group.commands.filter(({ answer }) => answer === undefined);
}

/** Takes a line as the answer to a command of the group, if it is one. */
function answers(group: Group, text: string): boolean {
  const { tag, rest } = splitTag(text);
  if (!/^(?:ok|no|bad|"")(?: \[.*| *)$/is.test(rest)) return false;
  const command = group.commands.find((command) => command.tag === tag);
  if (command === undefined || command.answer !== undefined) throw new Error('nothing to answer');
  command.answer = parsePattern(rest.trimEnd());
  return true;
}

function splitTag(text: string): { tag: number; rest: string } {
  const [all, number] = /^tag(\d+) /i.exec(text) ?? [];
  return all === undefined ? { tag: 0, rest: text } : { tag: Number(number), rest: text.slice(all.length) };
}

function parsePattern(text: string): Pattern {
  const [, status, rest] = STATUS.exec(text) ?? [];
  if (status !== undefined) {
    const { code } = parseStatusText(rest ?? '');
    return { kind: 'status', status: status.replace('""', '').toUpperCase(), code };
  }
  const values = parseValues(text);
  return { kind: 'data', values: withDefaults(values, replyName(values)) };
}

/** The name of a reply; its number may be a variable (`$1 expunge`). */
function replyName(values: readonly ImapValue[]): string {
  const name = nameOf({ kind: 'data', values });
  return name.startsWith('$') ? (textOf(values[1])?.toUpperCase() ?? '') : name;
}

/** Puts the default directives (FORMAT.md) before lists that have none of their own. */
function withDefaults(values: readonly ImapValue[], name: string): ImapValue[] {
  const place = { FETCH: 2, LIST: 1, LSUB: 1, STATUS: 2 }[name];
  return values.map((value, index) => {
    if (index !== place || value.kind !== 'list') return value;
    const items = name === 'FETCH' ? value.items.map(flagDefaults) : value.items;
    return directed(items, [name === 'LIST' || name === 'LSUB' ? '$!unordered' : '$!unordered=2']);
  });
}

function flagDefaults(value: ImapValue, index: number, items: readonly ImapValue[]): ImapValue {
  const isFlags = value.kind === 'list' && textOf(items[index - 1])?.toUpperCase() === 'FLAGS';
  const defaults = ['$!unordered', '$!noextra', String.raw`$!ignore=\recent`];
  return isFlags ? directed(value.items, defaults) : value;
}

function directed(items: readonly ImapValue[], directives: readonly string[]): ImapValue {
  if (textOf(items[0])?.startsWith('$!') === true) return { kind: 'list', items };
  const atoms = directives.map((text): ImapValue => ({ kind: 'atom', text }));
  return { kind: 'list', items: [...atoms, ...items] };
}

/** Text between literals, and the literals; those of `~{n}` keep their tilde in the text before. */
function cutLiterals(text: string): (string | Buffer)[] {
  const pieces: (string | Buffer)[] = [];
  let rest = text;
  for (let open = /\{(\d+)\}\r\n/.exec(rest); open !== null; open = /\{(\d+)\}\r\n/.exec(rest)) {
    const begin = open.index + open[0].length;
    const end = begin + Number(open[1]);
    pieces.push(rest.slice(0, open.index), Buffer.from(rest.slice(begin, end), 'latin1'));
    rest = rest.slice(end);
  }
  return rest === '' ? pieces : [...pieces, rest];
}
