/**
 * One session of the load program: a hand-written SMTP client (RFC 5321) that sends one message after the
 * other and does as little as it can besides, since it shares the machine with the server it measures.
 * It shares no code with the server, so that a mistake cannot be made on both sides alike.
 */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface LoadOptions {
  readonly host: string;
  readonly port: number;
  readonly reversePath: string;
  /** Forward-paths in turn, without angle brackets. */
  readonly recipients: readonly string[];
  readonly recipientsPerMessage: number;
  /** A connection carries all messages of its session, or one each. */
  readonly connections: 'kept' | 'fresh';
  /** MAIL, RCPT and DATA in one group, as Postfix's own client sends them (RFC 2920). */
  readonly pipelining: boolean;
  /** BDAT in place of DATA (RFC 3030). */
  readonly chunking: boolean;
  readonly tls: 'none' | 'starttls' | 'implicit';
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
}

/** What sessions share: which message comes next, and what became of those before. */
export interface LoadLedger {
  /** The number of the next message, or undefined when all are handed out. */
  next(): number | undefined;
  accepted(sequence: number, milliseconds: number): void;
  refused(sequence: number, reply: string): void;
  ended(): void;
}

/** The content of the message of a number, which nobody touches until the session asks for its next. */
export type Compose = (sequence: number) => Buffer;

type Step =
  | 'greeting'
  | 'ehlo'
  | 'starttls'
  | 'auth'
  | 'reset'
  | 'mail'
  | 'rcpt'
  | 'data'
  | 'content'
  | 'quit';

const readBuffer = Buffer.alloc(65_536);
const END_OF_DATA = Buffer.from('.\r\n', 'latin1');

export class LoadSession {
  readonly #options: LoadOptions;
  readonly #ledger: LoadLedger;
  readonly #compose: Compose;
  #socket: Socket | undefined;
  /** Replies awaited, oldest first. */
  #expected: Step[] = [];
  #line = '';
  #secured = false;
  #sequence: number | undefined;
  #message: Buffer | undefined;
  #began = 0;
  /** How far the envelope has come: 0 is MAIL, 1 the first RCPT. */
  #step = 0;
  #failedWith: string | undefined;

  constructor(options: LoadOptions, ledger: LoadLedger, compose: Compose) {
    this.#options = options;
    this.#ledger = ledger;
    this.#compose = compose;
  }

  start(): void {
    if (!this.#take()) return this.#ledger.ended();
    this.#connect();
  }

  #connect(): void {
    const { host, port, tls } = this.#options;
    this.#expected = ['greeting'];
    this.#line = '';
    this.#secured = tls === 'implicit';
    if (tls === 'implicit')
      return this.#attach(connectTls({ host, port, rejectUnauthorized: false }));
    if (tls === 'starttls') return this.#attach(connect({ host, port, noDelay: true }));
    const socket = connect({
      host,
      port,
      noDelay: true,
      // One buffer for all sessions: it is read before the next session gets it.
      onread: {
        buffer: readBuffer,
        callback: (length, buffer) => {
          this.#receive((buffer as Buffer).toString('latin1', 0, length));
          return true;
        },
      },
    });
    this.#watch(socket);
  }

  #attach(socket: Socket): void {
    socket.on('data', (bytes: Buffer) => this.#receive(bytes.toString('latin1')));
    this.#watch(socket);
  }

  #watch(socket: Socket): void {
    this.#socket = socket;
    socket.on('error', (error) => this.#lost(socket, error.message));
    socket.on('close', () => this.#lost(socket, 'connection closed'));
  }

  /** A connection that ends before its QUIT costs the message in flight. */
  #lost(socket: Socket, reason: string): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    this.#giveUp(reason);
  }

  /** Takes the next message in hand; false when none is left. */
  #take(): boolean {
    this.#sequence = this.#ledger.next();
    if (this.#sequence === undefined) return false;
    this.#message = this.#compose(this.#sequence);
    this.#failedWith = undefined;
    this.#began = performance.now();
    return true;
  }

  #receive(text: string): void {
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      const line = this.#line + text.slice(from, end);
      this.#line = '';
      from = end + 1;
      if (line.charCodeAt(3) !== 0x2d) this.#reply(line);
    }
    if (from < text.length) this.#line += text.slice(from);
  }

  #reply(line: string): void {
    const step = this.#expected.shift();
    const first = line.charCodeAt(0);
    switch (step) {
      case 'greeting':
        return first === 0x32 ? this.#ehlo() : this.#giveUp(line);
      case 'ehlo':
        return this.#afterEhlo();
      case 'starttls':
        return first === 0x32 ? this.#secure() : this.#giveUp(line);
      case 'auth':
      case 'reset':
        return first === 0x32 ? this.#begin() : this.#giveUp(line);
      case 'mail':
      case 'rcpt':
        if (first !== 0x32) this.#failedWith ??= line;
        return this.#advance();
      case 'data':
        return first === 0x33 ? this.#content() : this.#conclude(this.#failedWith ?? line);
      case 'content':
        return this.#conclude(first === 0x32 ? this.#failedWith : line);
      case 'quit':
        return this.#reconnect();
      case undefined:
        return this.#giveUp(`unexpected reply: ${line}`);
    }
  }

  #ehlo(): void {
    this.#expected.push('ehlo');
    this.#write('EHLO load.example.test\r\n');
  }

  #afterEhlo(): void {
    const { tls, credentials } = this.#options;
    if (tls === 'starttls' && !this.#secured) {
      this.#expected.push('starttls');
      return this.#write('STARTTLS\r\n');
    }
    if (credentials === undefined) return this.#begin();
    const plain = Buffer.from(`\0${credentials.user}\0${credentials.password}`).toString('base64');
    this.#expected.push('auth');
    this.#write(`AUTH PLAIN ${plain}\r\n`);
  }

  #secure(): void {
    const plain = this.#socket!;
    this.#socket = undefined;
    plain.removeAllListeners('data');
    this.#secured = true;
    this.#attach(connectTls({ socket: plain, rejectUnauthorized: false }));
    this.#ehlo();
  }

  #begin(): void {
    if (!this.#options.pipelining) return this.#envelopeStep(0);
    let group = '';
    for (let step = 0; step < this.#envelopeLength(); step++) group += this.#envelopeLine(step);
    if (this.#options.chunking) {
      this.#write(group);
      return this.#chunk();
    }
    this.#expected.push('data');
    this.#write(`${group}DATA\r\n`);
  }

  #envelopeLength(): number {
    return 1 + this.#options.recipientsPerMessage;
  }

  #envelopeLine(step: number): string {
    const { recipients, recipientsPerMessage, reversePath } = this.#options;
    this.#expected.push(step === 0 ? 'mail' : 'rcpt');
    if (step === 0) return `MAIL FROM:<${reversePath}>\r\n`;
    const turn = this.#sequence! * recipientsPerMessage + step - 1;
    return `RCPT TO:<${recipients[turn % recipients.length]!}>\r\n`;
  }

  #envelopeStep(step: number): void {
    this.#step = step;
    this.#write(this.#envelopeLine(step));
  }

  /** After a reply to MAIL or RCPT: without pipelining the next command is due. */
  #advance(): void {
    if (this.#options.pipelining) return;
    if (this.#step + 1 < this.#envelopeLength()) return this.#envelopeStep(this.#step + 1);
    if (this.#failedWith !== undefined) return this.#conclude(this.#failedWith);
    if (this.#options.chunking) return this.#chunk();
    this.#expected.push('data');
    this.#write('DATA\r\n');
  }

  #chunk(): void {
    const bytes = this.#message!;
    const socket = this.#socket!;
    this.#expected.push('content');
    socket.cork();
    socket.write(`BDAT ${bytes.length} LAST\r\n`, 'latin1');
    socket.write(bytes);
    socket.uncork();
  }

  #content(): void {
    const socket = this.#socket!;
    this.#expected.push('content');
    socket.cork();
    socket.write(this.#message!);
    socket.write(END_OF_DATA);
    socket.uncork();
  }

  #conclude(failure: string | undefined): void {
    const elapsed = performance.now() - this.#began;
    if (failure === undefined) this.#ledger.accepted(this.#sequence!, elapsed);
    else this.#ledger.refused(this.#sequence!, failure);
    this.#sequence = undefined;
    if (this.#options.connections === 'fresh') return this.#quit();
    if (!this.#take()) return this.#quit();
    if (failure === undefined || this.#options.pipelining) return this.#begin();
    this.#expected.push('reset');
    this.#write('RSET\r\n');
  }

  #quit(): void {
    this.#expected.push('quit');
    this.#write('QUIT\r\n');
  }

  #reconnect(): void {
    this.#close();
    if (this.#take()) this.#connect();
    else this.#ledger.ended();
  }

  /** The server will not talk: the message in hand is refused, and the session goes on anew. */
  #giveUp(reply: string): void {
    if (this.#sequence !== undefined) this.#ledger.refused(this.#sequence, reply);
    setImmediate(() => this.#reconnect());
  }

  #close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
  }

  #write(text: string): void {
    this.#socket?.write(text, 'latin1');
  }
}
