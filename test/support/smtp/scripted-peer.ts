/**
 * A fake SMTP server on a loopback socket whose every answer a test can replace: for the outbound client, the queue
 * and whoever else dials out. Without a script it is a well-behaved server that takes all mail. Its reading of
 * commands and content is its own, so that it can judge ours.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { TestCertificate } from '../certificates/self-signed.ts';

export const HANG_UP = Symbol('hang up');
export const SILENCE = Symbol('silence');

/** A text is sent with CRLF; `raw` is sent as it is. After `hangUp` and silence nothing more is read; after `stopReading` not even from the socket. */
export type Reaction =
  | string
  | typeof HANG_UP
  | typeof SILENCE
  | {
      readonly raw: string | Uint8Array;
      readonly hangUp?: boolean;
      readonly stopReading?: boolean;
    };

/** What the peer answers at a point of the dialogue; `times` counts from 1 on the whole peer. */
export type Answer = Reaction | ((line: string, times: number) => Reaction | undefined);

export type Moment =
  | 'GREETING'
  | 'EHLO'
  | 'HELO'
  | 'STARTTLS'
  | 'AUTH'
  /** Each line of the client while AUTH goes on, after AUTH itself. */
  | 'AUTH-LINE'
  | 'MAIL'
  | 'RCPT'
  | 'DATA'
  /** The first octets of content after 354. */
  | 'FIRST-CONTENT'
  /** After the final dot. */
  | 'END-OF-DATA'
  /** After each chunk. */
  | 'BDAT'
  | 'RSET'
  | 'QUIT';

export interface PeerScript {
  /** Lines of the answer to EHLO after the first. */
  readonly extensions?: readonly string[];
  readonly answers?: Partial<Record<Moment, Answer>>;
  /** For STARTTLS, or for TLS from connect with `implicitTls`. */
  readonly certificate?: TestCertificate;
  readonly implicitTls?: boolean;
  /** Answers the handshake with garbage. */
  readonly breakTls?: boolean;
}

export interface AcceptedMail {
  readonly mail: string;
  readonly recipients: readonly string[];
  /** Dots unstuffed. */
  readonly content: Buffer;
  readonly by: 'DATA' | 'BDAT';
}

export interface SmtpTestPeer extends AsyncDisposable {
  readonly port: number;
  /** Command lines in order, over all connections; content is not among them. */
  readonly commands: readonly string[];
  readonly accepted: readonly AcceptedMail[];
  readonly connections: number;
  /** The address of each client, in the order of the connections. */
  readonly clients: readonly string[];
  /** How many times octets came in, as chunks of the socket: one write of the client is one, or few. */
  readonly reads: number;
  /** Ends every open connection. */
  dropAll(): void;
  /** Writes to every open connection. */
  sendAll(text: string): void;
  /** Resolves when no connection is open. */
  idle(): Promise<void>;
}

interface Shared {
  readonly script: PeerScript;
  readonly commands: string[];
  readonly accepted: AcceptedMail[];
  readonly times: Map<Moment, number>;
  reads: number;
}

export async function startSmtpPeer(script: PeerScript = {}): Promise<SmtpTestPeer> {
  const shared: Shared = { script, commands: [], accepted: [], times: new Map(), reads: 0 };
  const open = new Set<PeerConnection>();
  let waiting: (() => void)[] = [];
  let connections = 0;
  const clients: string[] = [];
  const server: Server = createServer({ noDelay: true }, (socket) => {
    connections += 1;
    clients.push(socket.remoteAddress ?? '');
    const connection = new PeerConnection(socket, shared);
    open.add(connection);
    socket.on('close', () => {
      open.delete(connection);
      if (open.size > 0) return;
      for (const wake of waiting) wake();
      waiting = [];
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    commands: shared.commands,
    accepted: shared.accepted,
    clients,
    get connections() {
      return connections;
    },
    get reads() {
      return shared.reads;
    },
    dropAll() {
      for (const connection of open) connection.drop();
    },
    sendAll(text) {
      for (const connection of open) connection.send(text);
    },
    idle() {
      return open.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve));
    },
    async [Symbol.asyncDispose]() {
      for (const connection of open) connection.drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

class PeerConnection {
  readonly #shared: Shared;
  readonly #raw: Socket;
  #socket: Socket;
  #buffer = Buffer.alloc(0);
  #mode: 'command' | 'auth' | 'data' | 'chunk' | 'closed' = 'command';
  #mail: string | undefined;
  #recipients: string[] = [];
  #content: Buffer[] = [];
  #chunkLeft = 0;
  #lastChunk = false;

  constructor(socket: Socket, shared: Shared) {
    this.#raw = socket;
    this.#socket = socket;
    this.#shared = shared;
    socket.on('error', () => {});
    if (shared.script.implicitTls === true) this.#startTls();
    else this.#watch(socket);
    this.#react('GREETING', '', '220 mx.peer.test ESMTP');
  }

  drop(): void {
    this.#mode = 'closed';
    this.#socket.destroy();
    this.#raw.destroy();
  }

  send(text: string): void {
    this.#socket.write(text);
  }

  #watch(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => {
      this.#shared.reads += 1;
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      this.#work();
    });
    socket.on('error', () => {});
  }

  #startTls(): void {
    const { certificate, breakTls } = this.#shared.script;
    this.#raw.removeAllListeners('data');
    if (breakTls === true) {
      this.#mode = 'closed';
      this.#raw.once('data', () => this.#raw.end('this is not TLS\r\n'));
      return;
    }
    if (certificate === undefined) throw new Error('the script has no certificate');
    this.#buffer = Buffer.alloc(0);
    this.#socket = new TLSSocket(this.#raw, { isServer: true, ...certificate });
    this.#watch(this.#socket);
  }

  #work(): void {
    for (;;) {
      if (this.#mode === 'closed') return;
      const went =
        this.#mode === 'data'
          ? this.#data()
          : this.#mode === 'chunk'
            ? this.#chunk()
            : this.#line();
      if (!went) return;
    }
  }

  #line(): boolean {
    const end = this.#buffer.indexOf('\r\n');
    if (end < 0) return false;
    const line = this.#buffer.toString('utf8', 0, end);
    this.#buffer = this.#buffer.subarray(end + 2);
    this.#shared.commands.push(line);
    if (this.#mode === 'auth') {
      this.#auth('AUTH-LINE', line);
      return true;
    }
    const verb = line.split(' ', 1)[0]!.toUpperCase();
    this.#command(verb, line);
    return true;
  }

  #command(verb: string, line: string): void {
    switch (verb) {
      case 'EHLO': {
        const lines = ['mx.peer.test', ...(this.#shared.script.extensions ?? [])];
        const last = lines.length - 1;
        this.#react(
          'EHLO',
          line,
          lines.map((text, i) => `250${i === last ? ' ' : '-'}${text}`).join('\r\n'),
        );
        return;
      }
      case 'HELO':
        this.#react('HELO', line, '250 mx.peer.test');
        return;
      case 'STARTTLS':
        if (this.#react('STARTTLS', line, '220 go ahead')) this.#startTls();
        return;
      case 'AUTH':
        this.#auth('AUTH', line);
        return;
      case 'MAIL':
        if (this.#mail !== undefined) this.send('503 5.5.1 nested MAIL\r\n');
        else if (this.#react('MAIL', line, '250 2.1.0 ok')) this.#mail = line;
        return;
      case 'RCPT':
        if (this.#mail === undefined) this.send('503 5.5.1 MAIL first\r\n');
        else if (this.#react('RCPT', line, '250 2.1.5 ok')) this.#recipients.push(line);
        return;
      case 'DATA':
        if (this.#recipients.length === 0 && this.#shared.script.answers?.DATA === undefined) {
          this.send('554 5.5.1 no valid recipients\r\n');
        } else if (this.#react('DATA', line, '354 go ahead')) this.#mode = 'data';
        return;
      case 'BDAT':
        this.#chunkLeft = Number(line.split(' ')[1]);
        this.#lastChunk = / LAST$/i.test(line);
        this.#mode = 'chunk';
        return;
      case 'RSET':
        this.#forget();
        this.#react('RSET', line, '250 2.0.0 ok');
        return;
      case 'QUIT':
        this.#react('QUIT', line, { raw: '221 2.0.0 bye\r\n', hangUp: true });
        return;
      default:
        this.send('500 5.5.2 what?\r\n');
    }
  }

  #auth(moment: 'AUTH' | 'AUTH-LINE', line: string): void {
    this.#mode = 'command';
    this.#react(moment, line, '535 5.7.8 no');
  }

  #data(): boolean {
    if (this.#buffer.length === 0) return false;
    if (this.#content.length === 0 && !this.#shared.times.has('FIRST-CONTENT')) {
      if (!this.#react('FIRST-CONTENT', '', { raw: '' })) return false;
    }
    if (this.#content.length === 0) this.#content.push(Buffer.alloc(0));
    const end =
      this.#buffer.subarray(0, 3).toString() === '.\r\n' ? -2 : this.#buffer.indexOf('\r\n.\r\n');
    if (end === -1) return false;
    const stuffed = this.#buffer.subarray(0, end + 2);
    this.#buffer = this.#buffer.subarray(end + 5);
    const text = stuffed.toString('latin1').replace(/^\./, '').replaceAll('\r\n.', '\r\n');
    this.#mode = 'command';
    this.#finish('END-OF-DATA', Buffer.from(text, 'latin1'), 'DATA');
    return true;
  }

  #chunk(): boolean {
    const piece = this.#buffer.subarray(0, this.#chunkLeft);
    this.#buffer = this.#buffer.subarray(piece.length);
    this.#content.push(Buffer.from(piece));
    this.#chunkLeft -= piece.length;
    if (this.#chunkLeft > 0) return false;
    this.#mode = 'command';
    if (this.#recipients.length === 0) {
      this.#forget();
      this.send('554 5.5.1 no valid recipients\r\n');
    } else if (this.#lastChunk) this.#finish('BDAT', Buffer.concat(this.#content), 'BDAT');
    else this.#react('BDAT', '', '250 2.0.0 chunk ok');
    return true;
  }

  #finish(moment: 'END-OF-DATA' | 'BDAT', content: Buffer, by: 'DATA' | 'BDAT'): void {
    const mail = { mail: this.#mail ?? '', recipients: this.#recipients, content, by };
    this.#forget();
    if (this.#react(moment, '', '250 2.0.0 queued')) this.#shared.accepted.push(mail);
  }

  #forget(): void {
    this.#mail = undefined;
    this.#recipients = [];
    this.#content = [];
  }

  /** Answers; true where that was 2yz or 3yz, or nothing. */
  #react(moment: Moment, line: string, usual: Reaction): boolean {
    const times = (this.#shared.times.get(moment) ?? 0) + 1;
    this.#shared.times.set(moment, times);
    const answer = this.#shared.script.answers?.[moment];
    const reaction = (typeof answer === 'function' ? answer(line, times) : answer) ?? usual;
    if (reaction === SILENCE) {
      this.#mode = 'closed';
      return false;
    }
    if (reaction === HANG_UP) {
      this.#mode = 'closed';
      this.#socket.end();
      return false;
    }
    const raw = typeof reaction === 'string' ? `${reaction}\r\n` : reaction.raw;
    const text = typeof raw === 'string' ? raw : Buffer.from(raw).toString('latin1');
    if (text.startsWith('334')) this.#mode = 'auth';
    if (typeof reaction !== 'string' && reaction.hangUp === true) {
      this.#mode = 'closed';
      this.#socket.end(raw);
      return false;
    }
    if (raw.length > 0) this.#socket.write(raw);
    if (typeof reaction !== 'string' && reaction.stopReading === true) this.#socket.pause();
    return text.length === 0 || text.startsWith('2') || text.startsWith('3');
  }
}
