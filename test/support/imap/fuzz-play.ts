/**
 * Plays random commands (fuzz.ts) on a running server and judges what comes: each tagged command has exactly one
 * tagged reply or the connection ended with BYE, all that is said follows the grammar of responses, nothing is an
 * error of the server's own, and a session beside it sees its mailbox as it left it.
 */
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import * as fc from 'fast-check';
import { concat, fromLatin1 } from '#bytes';
import type { Log } from '#log';
import type { Verb } from '#protocol/imap/command';
import type { ImapAccount } from './account.ts';
import { ImapClient, literal, quoted } from './client.ts';
import { parseResponse, textOf, type ImapResponse } from './data.ts';
import { commandOf, cutAt, VERBS, type FuzzCommand } from './fuzz.ts';
import { letter } from '../mailbox-contract/letter.ts';
import { ImapWire, responseEnd } from './wire.ts';

/** In which a command is sent. `…-under-way`: it comes where the server awaits something else. */
export const STATES = [
  'not-authenticated',
  'authenticated',
  'selected',
  'read-only',
  'qresync',
  'uid-only',
  'notified',
  'compressed',
  'idle-under-way',
  'authenticate-under-way',
  'literal-under-way',
] as const;
export type FuzzState = (typeof STATES)[number];

export interface ImapTally {
  sessions: number;
  commands: number;
  /** `VERB in state: STATUS`, how often each was seen. */
  readonly answered: Map<string, number>;
  readonly faults: ImapFault[];
}

export interface ImapFault {
  readonly state: string;
  readonly fault: string;
  /** The last of them is the one at fault. One character is one octet. */
  readonly sent: readonly string[];
}

export function newImapTally(): ImapTally {
  return { sessions: 0, commands: 0, answered: new Map(), faults: [] };
}

/** A reply that takes longer never comes. Milliseconds. */
const PATIENCE = 60_000;

/** Errors that the server noted as its own become faults. */
export function faultLog(tally: ImapTally): Log {
  const fault = (event: string, fields: unknown): void => {
    tally.faults.push({ state: 'log', fault: `${event} ${JSON.stringify(fields)}`, sent: [] });
  };
  return { debug() {}, info() {}, warn: fault, error: fault };
}

/** Every verb, well formed and broken, in an order of its own. */
export function sampleCommands(perVerb: number, seed: number): FuzzCommand[] {
  const commands = VERBS.flatMap((verb, i) =>
    Array.from({ length: perVerb }, (_, k) => {
      const options = { numRuns: 1, seed: seed + i * 1009 + k };
      return fc.sample(commandOf(verb, k % 3 !== 0), options)[0]!;
    }),
  );
  const order = fc.shuffledSubarray(commands, { minLength: commands.length });
  return fc.sample(order, { numRuns: 1, seed })[0]!;
}

/** Sends commands one by one, each in this state, in as many sessions as that takes. */
export async function playCommands(
  account: ImapAccount,
  state: FuzzState,
  commands: readonly FuzzCommand[],
  tally: ImapTally,
): Promise<void> {
  let player: Player | undefined;
  for (const command of commands) {
    if (tally.faults.length > 0) break;
    try {
      player ??= await Player.begin(account, state, tally);
      await player.play(command);
    } catch (error) {
      const sent = player?.sent ?? [];
      tally.faults.push({ state, fault: (error as Error).message, sent });
    }
    if (player?.over === false) continue;
    player?.leave();
    player = undefined;
  }
  player?.leave();
}

/** After these the session is in another state than it was. */
const MOVES: ReadonlySet<Verb> = new Set([
  'SELECT',
  'EXAMINE',
  'CLOSE',
  'UNSELECT',
  'UNAUTHENTICATE',
  'ENABLE',
  'NOTIFY',
]);

const RUN_UPS: Readonly<Record<FuzzState, readonly string[]>> = {
  'not-authenticated': [],
  authenticated: [],
  selected: ['SELECT INBOX'],
  'read-only': ['EXAMINE INBOX'],
  qresync: ['ENABLE QRESYNC UTF8=ACCEPT', 'SELECT INBOX'],
  'uid-only': ['ENABLE UIDONLY IMAP4REV2', 'SELECT INBOX'],
  notified: [
    'NOTIFY SET STATUS (SELECTED (MessageNew (UID ENVELOPE) MessageExpunge FlagChange)) (PERSONAL (MessageNew MessageExpunge MailboxName SubscriptionChange))',
    'SELECT INBOX',
  ],
  compressed: ['SELECT INBOX'],
  'idle-under-way': ['SELECT INBOX'],
  'authenticate-under-way': [],
  'literal-under-way': ['SELECT INBOX'],
};

/** What the line of a command is sent into. */
const UNDER_WAY: Partial<Record<FuzzState, string>> = {
  'idle-under-way': 'IDLE\r\n',
  'authenticate-under-way': 'AUTHENTICATE PLAIN\r\n',
};

const BEFORE_LOGIN: ReadonlySet<FuzzState> = new Set([
  'not-authenticated',
  'authenticate-under-way',
]);

class Player {
  readonly sent: string[] = [];
  over = false;
  readonly #state: FuzzState;
  readonly #wire: ImapWire;
  readonly #responses: AsyncIterator<ImapResponse>;
  readonly #tally: ImapTally;
  readonly #answered = new Set<string>();
  #tags = 0;

  static async begin(account: ImapAccount, state: FuzzState, tally: ImapTally): Promise<Player> {
    const player = new Player(await ImapWire.connect(account), state, tally);
    tally.sessions++;
    await player.#next();
    if (!BEFORE_LOGIN.has(state)) {
      await player.#ok(`LOGIN ${quoted(account.user)} ${quoted(account.password)}`);
      if (state === 'compressed') {
        await player.#ok('COMPRESS DEFLATE');
        player.#wire.deflate();
      }
      await player.#ok('APPEND INBOX {14+}\r\nSubject: x\r\n\r\n');
    }
    for (const text of RUN_UPS[state]) await player.#ok(text);
    return player;
  }

  private constructor(wire: ImapWire, state: FuzzState, tally: ImapTally) {
    this.#wire = wire;
    this.#state = state;
    this.#tally = tally;
    this.#responses = wire[Symbol.asyncIterator]();
  }

  leave(): void {
    this.#wire.destroy();
  }

  async play(command: FuzzCommand): Promise<void> {
    const status = await this.#inState(command);
    this.#tally.commands++;
    const meeting = `${command.verb} in ${this.#state}: ${status}`;
    this.#tally.answered.set(meeting, (this.#tally.answered.get(meeting) ?? 0) + 1);
    if (this.over) return;
    if (command.verb === 'COMPRESS' && status === 'OK') this.#wire.deflate();
    // nothing of it is left over, and nothing comes late
    const { status: synced } = await this.#run(['NOOP\r\n'], []);
    if (synced !== 'OK' && !this.over) throw new Error(`NOOP afterwards: ${synced}`);
    if (MOVES.has(command.verb) && status === 'OK') this.over = true;
  }

  #inState({ pieces, cuts }: FuzzCommand): Promise<string> {
    const tag = `f${this.#tags + 1}`;
    const [first] = pieces;
    if (this.#state === 'literal-under-way') {
      const inner = `${tag}x ${pieces.join('')}`;
      return this.#only([`SELECT {${inner.length}}\r\n`, `${inner}\r\n`], cuts);
    }
    const begin = UNDER_WAY[this.#state];
    if (begin === undefined) return this.#only(pieces, cuts);
    // a line of it ends what is under way; a literal would not be one
    const [line] = `inner ${first!}`.split(/\r?\n/);
    return this.#only([begin, `${line!}\r\n`], cuts);
  }

  async #only(pieces: readonly string[], cuts: readonly number[]): Promise<string> {
    return (await this.#run(pieces, cuts)).status;
  }

  async #ok(text: string): Promise<void> {
    const { status, text: said } = await this.#run([`${text}\r\n`], []);
    if (status !== 'OK') throw new Error(`${text.slice(0, 40)}: ${status} ${said}`);
  }

  /** Sends a command, each further piece after a `+`, up to its reply. `BYE`: the connection ended with one. */
  async #run(
    pieces: readonly string[],
    cuts: readonly number[],
  ): Promise<{ status: string; text: string }> {
    const tag = `f${++this.#tags}`;
    const left = pieces.slice(1);
    let last = `${tag} ${pieces[0]!}`;
    await this.#write(last, cuts);
    for (;;) {
      const response = await this.#next();
      if (response === undefined) return { status: 'BYE', text: '' };
      if (response.kind === 'continue') {
        last = left.shift() ?? owed(last);
        await this.#write(last, cuts);
      } else if (response.kind === 'status' && response.tag !== undefined) {
        this.#answer(response.tag);
        if (response.tag !== tag) throw new Error(`a reply with the tag ${response.tag}`);
        return response;
      } else if (response.kind === 'status' && response.status === 'BAD')
        throw new Error(`a BAD without a tag: ${response.text}`);
    }
  }

  #answer(tag: string): void {
    if (this.#answered.has(tag)) throw new Error(`a second reply to ${tag}`);
    this.#answered.add(tag);
  }

  async #write(text: string, cuts: readonly number[]): Promise<void> {
    this.sent.push(text);
    for (const piece of cutAt(fromLatin1(text), cuts)) {
      this.#wire.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Undefined where the connection ended, after BYE. */
  async #next(): Promise<ImapResponse | undefined> {
    const timeout = Promise.withResolvers<never>();
    const timer = setTimeout(() => timeout.reject(new Error('no reply comes')), PATIENCE);
    try {
      const { value, done } = await Promise.race([this.#responses.next(), timeout.promise]);
      if (done === true) {
        if (!this.over) throw new Error('the connection ended without BYE');
        return undefined;
      }
      const response: ImapResponse = value;
      const fault = ownError(response);
      if (fault !== undefined) throw new Error(fault);
      if (response.kind === 'status' && response.status === 'BYE') this.over = true;
      return response;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What the server waits for after a `+` that the command has no answer to: octets, or the line that gives up. */
function owed(last: string): string {
  const mark = /\{(\d+)\}\r\n$/.exec(last);
  return mark === null ? '*\r\n' : `${'x'.repeat(Number(mark[1]))}\r\n`;
}

function ownError(response: ImapResponse): string | undefined {
  if (response.kind !== 'status') return undefined;
  const code = textOf(response.code[0])?.toUpperCase();
  return code === 'SERVERBUG' || code === 'UNAVAILABLE'
    ? `${response.status} [${code}] ${response.text}`
    : undefined;
}

/**
 * Sends octets without waiting for anything, then its end of the connection, and reads to the end of it.
 * @param login first, as `l LOGIN`
 * @param tags which have to be answered in this order, unless BYE comes
 */
export async function playWild(
  account: ImapAccount,
  login: boolean,
  chunks: readonly Uint8Array[],
  tags: readonly string[],
  tally: ImapTally,
): Promise<void> {
  const run = `l LOGIN ${quoted(account.user)} ${quoted(account.password)}\r\ns SELECT INBOX\r\n`;
  const sent = login ? [fromLatin1(run), ...chunks] : chunks;
  const { received, hung } = await exchange(account, sent);
  tally.sessions++;
  const fault = hung ? 'the session hangs' : judgeWild(Buffer.from(received), tags);
  if (fault === undefined) return;
  const state = `wild, ${login ? 'logged in' : 'not logged in'}, ${account.tls}`;
  tally.faults.push({
    state,
    fault,
    sent: chunks.map((chunk) => Buffer.from(chunk).toString('latin1')),
  });
}

/** What is wrong with what a server said, where the commands with these tags were among what it heard. */
export function judgeWild(received: Buffer, tags: readonly string[]): string | undefined {
  const answered: string[] = [];
  let bye = false;
  let rest = received;
  while (rest.length > 0) {
    const end = responseEnd(rest);
    if (end === undefined) return `half a response: ${rest.toString('latin1').slice(0, 200)}`;
    let response: ImapResponse;
    try {
      response = parseResponse(rest.subarray(0, end));
    } catch (error) {
      return (error as Error).message;
    }
    rest = rest.subarray(end + 2);
    const fault = ownError(response);
    if (fault !== undefined) return fault;
    if (response.kind !== 'status') continue;
    if (response.status === 'BYE') bye = true;
    if (response.tag !== undefined && /^f\d+$/.test(response.tag)) answered.push(response.tag);
  }
  if (new Set(answered).size < answered.length) return `two replies to one: ${answered.join(' ')}`;
  const wanted = bye ? tags.slice(0, answered.length) : tags;
  if (tags.length > 0 && answered.join(' ') !== wanted.join(' '))
    return `answered: ${answered.join(' ')}, and not: ${wanted.join(' ')}`;
  return undefined;
}

function exchange(
  { host, port, tls }: ImapAccount,
  chunks: readonly Uint8Array[],
): Promise<{ received: Uint8Array; hung: boolean }> {
  const raw = connect({ host, port, noDelay: true, allowHalfOpen: true });
  const secure = tls === 'implicit';
  const socket = secure ? connectTls({ socket: raw, rejectUnauthorized: false }) : raw;
  const parts: Uint8Array[] = [];
  let over = false;
  return new Promise((resolve) => {
    const finish = (hung: boolean): void => {
      over = true;
      clearTimeout(timer);
      raw.destroy();
      resolve({ received: concat(parts), hung });
    };
    const timer = setTimeout(() => finish(true), PATIENCE);
    for (const each of new Set([socket, raw])) each.on('error', () => {});
    socket.on('data', (part: Uint8Array) => void parts.push(part));
    socket.on('end', () => finish(false)).on('close', () => finish(false));
    const write = async (): Promise<void> => {
      for (const chunk of chunks) {
        if (over) return;
        socket.write(chunk);
        await new Promise((next) => setImmediate(next));
      }
      if (!over) socket.end();
    };
    socket.once(secure ? 'secureConnect' : 'connect', () => void write());
  });
}

/** The tags of `wildSession(true)` in what it sends. */
export function tagsOf(chunks: readonly Uint8Array[]): string[] {
  const text = Buffer.from(concat(chunks)).toString('latin1');
  return [...text.matchAll(/^f\d+(?= )/gm)].map(([tag]) => tag);
}

/** A well-behaved session on the same account, whose mailbox no random command names. */
export class Witness implements AsyncDisposable {
  readonly #client: ImapClient;
  readonly #seen: string;

  static async begin(account: ImapAccount): Promise<Witness> {
    const client = await ImapClient.login(account);
    await client.ok('CREATE Witness');
    for (const subject of ['one', 'two', 'three'])
      await client.ok('APPEND Witness ', literal(letter({ subject })));
    await client.ok('SELECT Witness');
    return new Witness(client, await look(client));
  }

  private constructor(client: ImapClient, seen: string) {
    this.#client = client;
    this.#seen = seen;
  }

  /** What is wrong with what it sees now. */
  async disturbed(): Promise<string | undefined> {
    const seen = await look(this.#client);
    return seen === this.#seen ? undefined : `the witness sees ${seen} and not ${this.#seen}`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#client[Symbol.asyncDispose]();
  }
}

async function look(client: ImapClient): Promise<string> {
  const noop = await client.ok('NOOP');
  const { untagged } = await client.ok('FETCH 1:* (UID FLAGS RFC822.SIZE BODY.PEEK[])');
  return JSON.stringify([noop.untagged, untagged]);
}
