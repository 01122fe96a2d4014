/**
 * A client of IMAP that costs little: it sends a command and counts the octets and untagged responses until the tagged one, literals
 * stepped over. Under TLS from the first octet, whose certificate is not looked at.
 */
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

export interface Account {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export interface Answer {
  readonly octets: number;
  readonly untagged: number;
  /** The last untagged response but FETCH, for what SEARCH or SELECT says; cut. */
  readonly last: string;
}

interface Waiting {
  readonly tag: string;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

const LF = 0x0a;

export class ImapConnection {
  readonly socket: TLSSocket;
  #rest: Buffer = Buffer.alloc(0);
  /** Octets of a literal still to come. */
  #skip = 0;
  #octets = 0;
  #untagged = 0;
  #last = '';
  #tags = 0;
  #waiting: Waiting[] = [];
  #greeted: (() => void) | undefined;
  /** Called on each untagged response while no command is under way. */
  heard: ((line: string) => void) | undefined;

  private constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  static async login({ host, port, user, password }: Account): Promise<ImapConnection> {
    const socket = connect({ host, port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    socket.setNoDelay(true);
    const connection = new ImapConnection(socket);
    await new Promise<void>((resolve) => (connection.#greeted = resolve));
    await connection.command(`LOGIN "${user}" "${password}"`);
    return connection;
  }

  /** Sends a command and resolves with its answer; several may be under way. @throws where the answer is not OK */
  command(text: string | readonly (string | Uint8Array)[]): Promise<Answer> {
    const tag = `b${++this.#tags}`;
    this.socket.cork();
    this.socket.write(`${tag} `);
    for (const piece of typeof text === 'string' ? [text] : text) this.socket.write(piece);
    this.socket.write('\r\n');
    this.socket.uncork();
    return new Promise((resolve, reject) => this.#waiting.push({ tag, resolve, reject }));
  }

  /** Says IDLE and resolves when the server waits. */
  idle(): Promise<void> {
    const continued = new Promise<void>((resolve) => {
      this.heard = (line) => {
        if (line.startsWith('+')) resolve();
      };
    });
    this.socket.write('i1 IDLE\r\n');
    return continued;
  }

  /** One message, or several by MULTIAPPEND (RFC 3502). */
  append(mailbox: string, ...messages: readonly Uint8Array[]): Promise<Answer> {
    const literals = messages.flatMap((message) => [` {${message.length}+}\r\n`, message]);
    return this.command([`APPEND ${mailbox}`, ...literals]);
  }

  close(): void {
    this.socket.removeAllListeners('close');
    this.socket.destroy();
  }

  #take(bytes: Buffer): void {
    this.#octets += bytes.length;
    let data = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
    let at = 0;
    for (;;) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, data.length - at);
        at += skipped;
        this.#skip -= skipped;
        if (this.#skip > 0) break;
      }
      const end = data.indexOf(LF, at);
      if (end < 0) break;
      this.#line(data, at, end);
      at = end + 1;
    }
    data = data.subarray(at);
    // a copy: the whole read would be kept for its last octets
    this.#rest = data.length === 0 ? data : Buffer.from(data);
  }

  #line(data: Buffer, start: number, end: number): void {
    if (data[end - 2] === 0x7d) {
      const mark = /\{(\d+)\}\r$/.exec(data.toString('latin1', Math.max(start, end - 24), end));
      if (mark) {
        this.#skip = Number(mark[1]);
        if (data[start] === 0x2a) this.#untagged++;
        return;
      }
    }
    if (data[start] === 0x2a /* * */) {
      this.#untagged++;
      if (this.#greeted) return this.#greet();
      if (this.heard) this.heard(data.toString('latin1', start, end - 1));
      else if (data[end - 2] !== 0x29)
        this.#last = data.toString('latin1', start, Math.min(end - 1, start + 400));
      return;
    }
    if (this.heard && data[start] === 0x2b) return this.heard('+');
    const waiting = this.#waiting[0];
    if (!waiting) return;
    const line = data.toString('latin1', start, Math.min(end - 1, start + 200));
    if (!line.startsWith(`${waiting.tag} `)) return;
    this.#waiting.shift();
    if (line.startsWith('OK', waiting.tag.length + 1)) {
      waiting.resolve({ octets: this.#octets, untagged: this.#untagged, last: this.#last });
    } else waiting.reject(new Error(line));
    this.#octets = 0;
    this.#untagged = 0;
    this.#last = '';
  }

  #greet(): void {
    const greeted = this.#greeted!;
    this.#greeted = undefined;
    this.#untagged = 0;
    greeted();
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
