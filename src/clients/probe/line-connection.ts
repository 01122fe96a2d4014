/** A connection read line by line, with a bound on time and octets. One reader at a time. */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { latin1 } from '#bytes';
import type { ProbeFailure, ProbeTarget } from './probe.ts';

/** For the connection, and for each line. Milliseconds. */
const PATIENCE = 4000;
/** A reply to EHLO has under a thousand octets. */
const MOST_OCTETS = 64 * 1024;
const LONGEST_LINE = 2048;

export class LineConnection {
  #socket: Socket;
  readonly #signal: AbortSignal;
  #text = '';
  #octets = 0;
  #end: ProbeFailure | undefined;
  #wake: (() => void) | undefined;
  readonly #onAbort = (): void => this.#finish('given up');

  /** Connects, and begins TLS where the target speaks it from the first octet. */
  static async open(
    target: ProbeTarget,
    signal: AbortSignal,
  ): Promise<LineConnection | ProbeFailure> {
    if (signal.aborted) return { kind: 'failed', cause: 'given up' };
    const { address: host, port, start } = target;
    const socket =
      start === 'implicit'
        ? connectTls({ host, port, rejectUnauthorized: false })
        : connect({ host, port });
    const ready = start === 'implicit' ? 'secureConnect' : 'connect';
    const failure = await new Promise<ProbeFailure | undefined>((resolve) => {
      socket.setTimeout(PATIENCE, () => resolve({ kind: 'failed', cause: 'timed out' }));
      const abort = (): void => resolve({ kind: 'failed', cause: 'given up' });
      signal.addEventListener('abort', abort, { once: true });
      socket.once(ready, () => resolve(undefined));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(failed(error)));
    });
    socket.setTimeout(0);
    if (failure === undefined) return new LineConnection(socket, signal);
    socket.destroy();
    return failure;
  }

  private constructor(socket: Socket, signal: AbortSignal) {
    this.#socket = socket;
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort, { once: true });
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('error', (error: NodeJS.ErrnoException) => this.#finish(failed(error).cause));
    socket.on('close', () => this.#finish('closed'));
  }

  get localAddress(): string {
    return this.#socket.localAddress ?? '';
  }

  write(line: string): void {
    this.#socket.write(`${line}\r\n`);
  }

  /** The next line without its end. */
  async line(): Promise<string | ProbeFailure> {
    for (;;) {
      const end = this.#text.indexOf('\n');
      if (end >= 0) {
        const line = this.#text.slice(0, end).replace(/\r$/, '');
        this.#text = this.#text.slice(end + 1);
        return line.slice(0, LONGEST_LINE);
      }
      if (this.#end) return this.#end;
      await this.#more();
    }
  }

  /** A reply of SMTP: its lines, from `250-` to `250 `. */
  async reply(): Promise<readonly string[] | ProbeFailure> {
    return this.#linesUntil((line) => line[3] !== '-');
  }

  /** Lines of IMAP up to the one with this tag. */
  async tagged(tag: string): Promise<readonly string[] | ProbeFailure> {
    return this.#linesUntil((line) => line.startsWith(`${tag} `));
  }

  /** Hands the socket over to a handshake. */
  release(): Socket {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#socket.removeAllListeners('data').removeAllListeners('close');
    return this.#socket;
  }

  /** Sends what is left. */
  close(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#socket.setTimeout(PATIENCE, () => this.#socket.destroy());
    this.#socket.destroySoon();
  }

  async #linesUntil(isLast: (line: string) => boolean): Promise<readonly string[] | ProbeFailure> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.line();
      if (typeof line !== 'string') return line;
      lines.push(line);
      if (isLast(line)) return lines;
    }
  }

  #take(bytes: Buffer): void {
    this.#octets += bytes.length;
    if (this.#octets > MOST_OCTETS) return this.#finish('it sends without end');
    this.#text += latin1(bytes);
    this.#wake?.();
  }

  #finish(cause: string): void {
    this.#end ??= { kind: 'failed', cause };
    this.#socket.destroy();
    this.#wake?.();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#finish('it said nothing in time'), PATIENCE);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }
}

const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timed out',
  ECONNRESET: 'closed',
};

export function failed(error: NodeJS.ErrnoException): ProbeFailure {
  const code = error.code ?? error.message;
  return { kind: 'failed', cause: CAUSES[code] ?? code };
}
