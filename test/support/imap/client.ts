/**
 * An IMAP client for tests: it sends what it is told, literals in the way the server lets it, and keeps all that the
 * server said in order and in parsed form. It knows no more of a mailbox than the `ImapWitness` checks.
 *
 *     await using client = await ImapClient.login(account);
 *     await client.ok('SELECT INBOX');
 *     const { untagged } = await client.ok('APPEND INBOX ', literal(message));
 */
import assert from 'node:assert/strict';
import { nameOf, plain, textOf, type ImapDatum, type ImapResponse, type Plain } from './data.ts';
import type { ImapAccount } from './account.ts';
import { ImapWire } from './wire.ts';
import { ImapWitness } from './witness.ts';

export type ImapStatusResponse = Extract<ImapResponse, { kind: 'status' }>;
export type Untagged = ImapDatum | ImapStatusResponse;

export interface ImapReply extends ImapStatusResponse {
  readonly tag: string;
  /** What came between the command and its end. */
  readonly untagged: readonly Untagged[];
}

/** Part of a command that goes as a literal: announced and waited for, or sent at once (RFC 7888). */
export interface Literal {
  readonly bytes: Uint8Array;
  readonly form: 'synchronising' | 'non-synchronising';
  /** RFC 3516 §4.4, RFC 6855 §4. */
  readonly binary: boolean;
}

export type Piece = string | Literal;

export function literal(content: Uint8Array | string, more: Partial<Literal> = {}): Literal {
  return { bytes: Buffer.from(content), form: 'synchronising', binary: false, ...more };
}

interface Running {
  readonly command: string;
  readonly tag: string;
  readonly begin: number;
  end(reply: ImapReply | Error): void;
}

export class ImapClient implements AsyncDisposable {
  readonly account: ImapAccount;
  /** Everything untagged that came, the greeting first. */
  readonly untagged: Untagged[] = [];
  readonly witness = new ImapWitness();
  readonly #wire: ImapWire;
  readonly #running = new Map<string, Running>();
  /** Continuation requests that nobody took yet. */
  #continued: string[] = [];
  #sending: Promise<unknown> = Promise.resolve();
  #tags = 0;
  #closed: Error | undefined;
  #wake = Promise.withResolvers<void>();

  /** Connects, waits for the greeting, and for TLS where the account wants it. */
  static async connect(account: ImapAccount): Promise<ImapClient> {
    const client = new ImapClient(account, await ImapWire.connect(account));
    await client.until('a greeting', () => client.untagged.length > 0);
    if (account.tls === 'starttls') {
      await client.ok('STARTTLS');
      await client.#wire.startTls();
    }
    return client;
  }

  static async login(account: ImapAccount): Promise<ImapClient> {
    const client = await ImapClient.connect(account);
    await client.ok('LOGIN ', quoted(account.user), ' ', quoted(account.password));
    return client;
  }

  private constructor(account: ImapAccount, wire: ImapWire) {
    this.account = account;
    this.#wire = wire;
    void this.#read();
  }

  /** Sends a command and waits for its tagged answer, whatever that is. */
  async run(...pieces: readonly Piece[]): Promise<ImapReply> {
    return (await this.start(...pieces)).reply;
  }

  /** The same, where the answer has to be OK. */
  async ok(...pieces: readonly Piece[]): Promise<ImapReply> {
    const reply = await this.run(...pieces);
    assert.equal(reply.status, 'OK', `${sketch(pieces)}: ${reply.status} ${reply.text}`);
    return reply;
  }

  /** The same for NO or BAD. */
  async fails(status: 'NO' | 'BAD', ...pieces: readonly Piece[]): Promise<ImapReply> {
    const reply = await this.run(...pieces);
    assert.equal(reply.status, status, `${sketch(pieces)}: ${reply.status} ${reply.text}`);
    return reply;
  }

  /** Sends a command, after those before it; resolves once it is sent, or over because a literal was refused. */
  start(...pieces: readonly Piece[]): Promise<{ tag: string; reply: Promise<ImapReply> }> {
    const sent = this.#sending.then(() => this.#send(pieces));
    this.#sending = sent.catch(() => {});
    return sent;
  }

  /** Sends a command that ends with the announcement of a literal, which has to be refused: none follows. */
  async announce(command: string): Promise<ImapReply> {
    const { reply } = await this.start(command);
    await this.until(command, () => this.#continued.length > 0 || !this.#announced(command));
    assert.deepEqual(this.#continued, [], `${command}: it asks for the literal`);
    return reply;
  }

  #announced(command: string): boolean {
    return [...this.#running.values()].some((running) => running.command === command);
  }

  /** Writes as it is: an answer to a continuation request, or what no client should send. */
  write(text: string | Uint8Array): void {
    this.#wire.write(Buffer.from(text));
  }

  /** The text of the next continuation request. */
  async continued(): Promise<string> {
    await this.until('a continuation request', () => this.#continued.length > 0);
    return this.#continued.shift()!;
  }

  /** Waits until something untagged from position `from` on satisfies; gives it. */
  async next(
    what: string,
    satisfies: (untagged: Untagged) => boolean,
    from = 0,
  ): Promise<Untagged> {
    await this.until(what, () => this.untagged.slice(from).some(satisfies));
    return this.untagged.slice(from).find(satisfies)!;
  }

  /** IDLE (RFC 2177) while `work` runs: what came from its beginning until `work` ended. */
  async idle(work: () => Promise<unknown>): Promise<readonly Untagged[]> {
    const { reply } = await this.start('IDLE');
    await this.continued();
    try {
      await work();
    } finally {
      this.write('DONE\r\n');
    }
    const { status, text, untagged } = await reply;
    assert.equal(status, 'OK', `IDLE: ${status} ${text}`);
    return untagged;
  }

  /** COMPRESS=DEFLATE (RFC 4978) from here on. */
  async compress(): Promise<void> {
    await this.ok('COMPRESS DEFLATE');
    this.#wire.deflate();
  }

  /** Names in capitals, asked for now. */
  async capabilities(): Promise<Set<string>> {
    const { untagged } = await this.ok('CAPABILITY');
    const [values] = dataOf(untagged, 'CAPABILITY');
    return new Set(values!.slice(1).map((name) => String(name).toUpperCase()));
  }

  get closed(): boolean {
    return this.#closed !== undefined;
  }

  /** Waits until the server has hung up. */
  async hungUp(): Promise<void> {
    await this.until('the end of the connection', () => this.closed);
  }

  /** Hangs up; fails if the server broke what the witness watches. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#wire.destroy();
    await this.hungUp();
    const { user } = this.account;
    assert.deepEqual(this.witness.breaches, [], `sequence numbers as ${user} was told them`);
  }

  /** Waits for `met`, looked at whenever something came; throws after a minute, or at the end of the connection. */
  async until(what: string, met: () => boolean): Promise<void> {
    const timeout = Promise.withResolvers<void>();
    const late = new Error(`${what}: nothing came`);
    const timer = setTimeout(() => timeout.reject(late), 60_000);
    try {
      while (!met()) {
        if (this.#closed) throw new Error(`${what}: ${this.#closed.message}`);
        await Promise.race([this.#wake.promise, timeout.promise]);
      }
    } finally {
      clearTimeout(timer);
      timeout.promise.catch(() => {});
      timeout.resolve();
    }
  }

  async #send(pieces: readonly Piece[]): Promise<{ tag: string; reply: Promise<ImapReply> }> {
    if (this.#closed) throw this.#closed;
    this.#tags += 1;
    const tag = `t${this.#tags}`;
    const command = sketch(pieces);
    const { promise: reply, resolve, reject } = Promise.withResolvers<ImapReply>();
    reply.catch(() => {});
    this.#running.set(tag, {
      command,
      tag,
      begin: this.untagged.length,
      end: (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)),
    });
    this.witness.sent(command);
    this.write(`${tag} `);
    for (const piece of pieces) {
      if (typeof piece === 'string') {
        this.write(piece);
        continue;
      }
      const plus = piece.form === 'non-synchronising' ? '+' : '';
      this.write(`${piece.binary ? '~' : ''}{${piece.bytes.length}${plus}}\r\n`);
      if (plus === '') {
        const over = (): boolean => !this.#running.has(tag);
        await this.until(command, () => this.#continued.length > 0 || over());
        if (over()) return { tag, reply };
        this.#continued.shift();
      }
      this.write(piece.bytes);
    }
    this.write('\r\n');
    return { tag, reply };
  }

  async #read(): Promise<void> {
    try {
      for await (const response of this.#wire) {
        this.#take(response);
        this.#notify();
      }
      this.#closed = new Error('the server hung up');
    } catch (error) {
      this.#closed = error as Error;
    }
    for (const running of this.#running.values())
      running.end(new Error(`${running.command}: ${this.#closed.message}`));
    this.#notify();
  }

  #take(response: ImapResponse): void {
    if (response.kind === 'continue') {
      this.#continued.push(response.text);
      return;
    }
    if (response.kind === 'data' || response.tag === undefined) {
      this.untagged.push(response);
      const running = Array.from(this.#running.values(), ({ command }) => command);
      if (response.kind === 'data') this.witness.saw(response, running);
      return;
    }
    const { tag } = response;
    const running = this.#running.get(tag);
    if (running === undefined) throw new Error(`an answer with the tag ${tag}, which is not open`);
    this.#running.delete(tag);
    running.end({ ...response, tag, untagged: this.untagged.slice(running.begin) });
  }

  #notify(): void {
    const woken = this.#wake;
    this.#wake = Promise.withResolvers();
    woken.resolve();
  }
}

/** A quoted string; the text holds no line break. */
export function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

/** What untagged data with a name say, as plain values: `['LIST', ['\\Noselect'], '/', 'a']`, `['3', 'EXISTS']`. */
export function dataOf(untagged: readonly Untagged[], name: string): (readonly Plain[])[] {
  return untagged.flatMap((response) =>
    response.kind === 'data' && nameOf(response) === name ? [response.values.map(plain)] : [],
  );
}

/** The values after the name of a response code among answers (`[UIDNEXT 3]` → `['3']`), undefined where none came. */
export function codeOf(
  answers: readonly ImapResponse[],
  name: string,
): readonly Plain[] | undefined {
  for (const answer of answers) {
    if (answer.kind !== 'status' || textOf(answer.code[0])?.toUpperCase() !== name) continue;
    return answer.code.slice(1).map(plain);
  }
  return undefined;
}

/** Names in capitals and the value after each: the items of a FETCH or STATUS. */
export function pairs(values: readonly Plain[]): Map<string, Plain> {
  const map = new Map<string, Plain>();
  for (let i = 0; i + 1 < values.length; i += 2)
    map.set(String(values[i]).toUpperCase(), values[i + 1]!);
  return map;
}

export interface Fetched {
  /** The sequence number. */
  readonly number: number;
  /** Names in capitals; octets of bodies as UTF-8 text. */
  readonly items: ReadonlyMap<string, Plain>;
}

/** What FETCH responses say, in order. */
export function fetched(untagged: readonly Untagged[]): Fetched[] {
  return dataOf(untagged, 'FETCH').map(([number, , items]) => ({
    number: Number(number),
    items: pairs(items as readonly Plain[]),
  }));
}

/** For messages of failed tests, and for the witness. */
export function sketch(pieces: readonly Piece[]): string {
  return pieces
    .map((piece) => (typeof piece === 'string' ? piece : `{${piece.bytes.length}}`))
    .join('')
    .replace(/^(LOGIN) .*/i, '$1');
}
