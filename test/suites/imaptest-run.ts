/**
 * Runs one script of ImapTest against a server: brings the mailbox into the state that its header asks for, sends
 * the commands group by group, and holds what comes against what is expected. All mailboxes whose names begin with
 * `imaptest` are deleted.
 */
import type { ImapAccount } from '../support/imap/account.ts';
import {
  dataOf,
  ImapClient,
  literal,
  quoted,
  type ImapReply,
  type Piece,
  type Untagged,
} from '../support/imap/client.ts';
import { nameOf, plain, textOf, type ImapResponse } from '../support/imap/data.ts';
import { matches, Scope } from './imaptest-match.ts';
import type { MboxMessage } from './imaptest-mbox.ts';
import type { Command, ExpectedReply, Group, Pattern, Script } from './imaptest-script.ts';

export type Outcome =
  | { readonly kind: 'passed'; readonly groups: number }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'failed'; readonly failures: readonly Failure[] };

export interface Failure {
  /** Of the command in the script. */
  readonly line: number;
  readonly text: string;
}

const MAILBOX = 'imaptest';

export async function runScript(
  script: Script,
  messages: readonly MboxMessage[],
  account: ImapAccount,
): Promise<Outcome> {
  await using connections = new AsyncDisposableStack();
  const clients: ImapClient[] = [];
  for (let number = 1; number <= script.connections; number++)
    clients.push(connections.use(await ImapClient.connect(account)));
  const run = new Run(script, messages, clients, account);
  const lacking = await run.prepare();
  if (lacking.length > 0) return { kind: 'skipped', reason: `no ${lacking.join(' ')}` };
  const failures = await run.groups();
  return failures.length > 0
    ? { kind: 'failed', failures }
    : { kind: 'passed', groups: script.groups.length };
}

/** A connection, and how much of what it heard belongs to groups that are over. */
interface Seat {
  readonly client: ImapClient;
  heard: number;
  /** Messages in the selected mailbox. */
  messages: number;
}

class Run {
  readonly #script: Script;
  readonly #messages: readonly MboxMessage[];
  readonly #seats: readonly Seat[];
  readonly #scope: Scope;
  readonly #failures: Failure[] = [];
  #appended = 0;

  constructor(
    script: Script,
    messages: readonly MboxMessage[],
    clients: readonly ImapClient[],
    { user, password }: ImapAccount,
  ) {
    this.#script = script;
    this.#messages = messages;
    this.#seats = clients.map((client) => ({ client, heard: 0, messages: 0 }));
    const [username = '', domain = ''] = user.split('@');
    const known = { user, username, domain, password };
    this.#scope = new Scope({ ...known, mailbox: MAILBOX, mailbox_url: MAILBOX });
  }

  /** Reaches the state of the header; the capabilities that are missing for it, if any are. */
  async prepare(): Promise<string[]> {
    const { state, capabilities, messages } = this.#script;
    const [first] = this.#seats;
    if (state !== 'nonauth') for (const { client } of this.#seats) await login(client);
    const offered = await first!.client.capabilities();
    const lacking = capabilities.filter((name) => !offered.has(name));
    if (this.#script.secondUser) lacking.push('second user');
    if (lacking.length > 0) return lacking;
    if (state !== 'nonauth') await deleteMailboxes(first!.client);
    if (state === 'nonauth' || state === 'auth') return [];
    await first!.client.ok(`CREATE ${MAILBOX}`);
    if (state === 'created') return [];
    const count = messages === 'all' ? this.#messages.length : messages;
    for (let i = 0; i < count; i++) await first!.client.ok(...this.#append('append'));
    if (state === 'appended') return [];
    for (const seat of this.#seats) {
      const { untagged } = await seat.client.ok(`SELECT ${MAILBOX}`);
      this.#count(seat, untagged);
    }
    return [];
  }

  async groups(): Promise<readonly Failure[]> {
    for (const seat of this.#seats) seat.heard = seat.client.untagged.length;
    for (const group of this.#script.groups) {
      try {
        await this.#group(group);
      } catch (error) {
        this.#fail(group.commands[0]!, (error as Error).message);
        break;
      }
    }
    return this.#failures;
  }

  async #group(group: Group): Promise<void> {
    const seat = this.#seats[group.connection - 1]!;
    const running: { command: Command; tag: string; reply: Promise<ImapReply> }[] = [];
    for (const command of group.commands) {
      const pieces = this.#pieces(command);
      running.push({ command, ...(await seat.client.start(...pieces)) });
    }
    this.#scope.begin(seat.messages, running[0]!.tag);
    const replies = await Promise.all(running.map(({ reply }) => reply));
    const untagged = seat.client.untagged.slice(seat.heard);
    seat.heard = seat.client.untagged.length;
    this.#untagged(group, untagged);
    this.#count(seat, untagged);
    for (const [index, reply] of replies.entries()) {
      const { command, tag } = running[index]!;
      this.#scope.begin(seat.messages, tag);
      if (!matches(this.#scope, command.answer!, reply))
        this.#fail(command, `expected ${show(command.answer!)}, got ${show(reply)}`);
    }
  }

  #untagged(group: Group, untagged: readonly Untagged[]): void {
    const found = new Set<ExpectedReply>();
    let extra: Untagged | undefined;
    for (const response of untagged) {
      const before = found.size;
      for (const expected of group.replies) {
        if (found.has(expected)) continue;
        const matched = matches(this.#scope, expected.pattern, response);
        if (matched && expected.existence === 'must not')
          this.#fail(group.commands[0]!, `${show(response)} must not come`);
        if (matched) found.add(expected);
        if (group.ordered && (matched || expected.existence === 'must')) break;
      }
      if (found.size === before) extra ??= response;
      if (response.kind === 'data' && nameOf(response) === 'EXPUNGE')
        this.#scope.expunged(Number(textOf(response.values[0])));
    }
    const missing = group.replies.find((e) => e.existence === 'must' && !found.has(e));
    if (missing !== undefined)
      this.#fail(
        group.commands[0]!,
        `no ${show(missing.pattern)} (line ${missing.line}) among: ${untagged.map(show).join(' | ')}`,
      );
    if (!this.#script.ignoreExtra && extra !== undefined)
      this.#fail(group.commands[0]!, `${show(extra)} is not expected`);
  }

  #count(seat: Seat, untagged: readonly Untagged[]): void {
    for (const response of untagged) {
      if (response.kind !== 'data') continue;
      const name = nameOf(response);
      if (name === 'EXISTS') seat.messages = Number(textOf(response.values[0]));
      if (name === 'EXPUNGE') seat.messages -= 1;
    }
  }

  #pieces(command: Command): readonly Piece[] {
    const [first, ...others] = command.pieces;
    const text = this.#scope.expand(String(first));
    if (others.length === 0 && /^append(?: |$)/i.test(text)) return this.#append(text);
    return command.pieces.flatMap((piece, index): Piece[] => {
      if (typeof piece === 'string') return [this.#scope.expand(piece).replace(/~$/, '')];
      const before = command.pieces[index - 1];
      return [literal(piece, { binary: String(before).endsWith('~') })];
    });
  }

  /** APPEND of the next message: with its date to the mailbox of the test, or as told. */
  #append(text: string): readonly Piece[] {
    const { content, date } = this.#messages[this.#appended % this.#messages.length]!;
    this.#appended += 1;
    const where = /^append$/i.test(text) ? `APPEND ${MAILBOX} "${date}"` : text;
    return [`${where} `, literal(content)];
  }

  #fail(command: Command, what: string): void {
    const sent = String(command.pieces[0]).slice(0, 200);
    this.#failures.push({ line: command.line, text: `${sent}: ${what}` });
  }
}

async function login(client: ImapClient): Promise<void> {
  const { user, password } = client.account;
  await client.ok(`LOGIN ${quoted(user)} ${quoted(password)}`);
}

async function deleteMailboxes(client: ImapClient): Promise<void> {
  const names = async (command: string): Promise<string[]> => {
    const { untagged } = await client.ok(`${command} "" "${MAILBOX}*"`);
    return dataOf(untagged, command).map((values) => String(values.at(-1)));
  };
  const subscribed = await names('LSUB');
  for (const name of (await names('LIST')).toSorted().toReversed())
    await client.run(`DELETE ${quoted(name)}`);
  for (const name of subscribed) await client.ok(`UNSUBSCRIBE ${quoted(name)}`);
  const left = await names('LIST');
  if (left.length > 0) throw new Error(`cannot delete ${left.join(', ')}`);
}

function show(shown: Pattern | ImapResponse): string {
  if (shown.kind === 'data') return shown.values.map((value) => inBrief(plain(value))).join(' ');
  if (shown.kind === 'continue') return `+ ${shown.text}`;
  const code = shown.code.length === 0 ? '' : ` [${shown.code.map((v) => inBrief(plain(v))).join(' ')}]`;
  return `${shown.status}${code}${'text' in shown ? ` ${shown.text}` : ''}`;
}

function inBrief(value: unknown): string {
  return JSON.stringify(value).slice(0, 400);
}
