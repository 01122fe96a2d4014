/**
 * One SMTP connection of a test: sends what it is told, and waits for the reply. Shares no code with the server
 * that it puts to the test. Every loss of the connection is one error, `Lost`.
 */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export class Lost extends Error {
  override readonly name = 'Lost';
}

export interface Reply {
  readonly code: number;
  readonly text: string;
}

/** Longer than a frozen server stays frozen. */
const PATIENCE = 60_000;

export class Wire {
  #socket: Socket;
  #text = '';
  #lines: string[] = [];
  #waiting: { resolve(reply: Reply): void; reject(error: Error): void } | undefined;
  #lost: Lost | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#watch(socket);
  }

  /** Connects and reads the greeting. */
  static async open(port: number, tls: boolean, host = '127.0.0.1'): Promise<Wire> {
    const address = { host, port, noDelay: true };
    const socket = tls
      ? connectTls({ ...address, rejectUnauthorized: false })
      : connectTcp(address);
    const wire = new Wire(socket);
    const greeting = await wire.reply();
    if (greeting.code !== 220) throw wire.#lose(`greeted with ${greeting.code}`);
    return wire;
  }

  /** After the 220 to STARTTLS. */
  async startTls(): Promise<void> {
    const raw = this.#socket;
    raw.removeAllListeners();
    const socket = connectTls({ socket: raw, rejectUnauthorized: false });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.once('secureConnect', resolve).once('error', reject).once('close', reject);
    await promise.catch(() => {
      throw this.#lose('no TLS');
    });
    socket.removeAllListeners('close');
    this.#socket = socket;
    this.#watch(socket);
  }

  write(bytes: string | Buffer): void {
    if (this.#lost) throw this.#lost;
    this.#socket.write(bytes, 'latin1');
  }

  /** One command and its reply. */
  async command(line: string): Promise<Reply> {
    this.write(`${line}\r\n`);
    return this.reply();
  }

  /** The next reply. @throws Lost */
  async reply(): Promise<Reply> {
    const ready = this.#take();
    if (ready) return ready;
    if (this.#lost) throw this.#lost;
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    this.#waiting = { resolve, reject };
    const timer = setTimeout(() => this.#lose('silence'), PATIENCE);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Without QUIT. */
  drop(): void {
    this.#lose('dropped');
  }

  #watch(socket: Socket): void {
    socket.setEncoding('latin1');
    socket.on('data', (text: unknown) => this.#receive(text as string));
    socket.on('error', (error) => this.#lose(error.message));
    socket.on('close', () => this.#lose('closed'));
  }

  #receive(text: string): void {
    this.#text += text;
    for (let end: number; (end = this.#text.indexOf('\r\n')) !== -1;) {
      this.#lines.push(this.#text.slice(0, end));
      this.#text = this.#text.slice(end + 2);
    }
    const waiting = this.#waiting;
    if (!waiting) return;
    const reply = this.#take();
    if (!reply) return;
    this.#waiting = undefined;
    waiting.resolve(reply);
  }

  #take(): Reply | undefined {
    const last = this.#lines.findIndex((line) => line[3] !== '-');
    if (last === -1) return undefined;
    const lines = this.#lines.splice(0, last + 1);
    return { code: Number(lines[0]!.slice(0, 3)), text: lines.join('\n') };
  }

  #lose(reason: string): Lost {
    if (!this.#lost) {
      this.#lost = new Lost(reason);
      this.#socket.destroy();
      this.#waiting?.reject(this.#lost);
      this.#waiting = undefined;
    }
    return this.#lost;
  }
}
