/** A TCP client that reads line by line and can turn to TLS: the other side of a transcript. */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';

/** A test that waits longer hangs. Milliseconds. */
const PATIENCE = 60_000;

export class LineSocket implements AsyncDisposable {
  #socket: Socket;
  #text = '';
  #closed = false;
  #wake: (() => void) | undefined;

  /** @param head sent at once, such as a PROXY header */
  static async connect(port: number, head?: Uint8Array): Promise<LineSocket> {
    const socket = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    if (head) socket.write(head);
    return new LineSocket(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen(socket);
  }

  get tls(): TLSSocket {
    return this.#socket as TLSSocket;
  }

  /** What came and was not read yet. */
  get unread(): string {
    return this.#text;
  }

  write(bytes: Uint8Array | string): void {
    this.#socket.write(bytes);
  }

  /** What the other side does not take. */
  get unsent(): number {
    return this.#socket.writableLength;
  }

  stopReading(): void {
    this.#socket.pause();
  }

  /** Sends no more; goes on reading. */
  end(): void {
    this.#socket.end();
  }

  /** The next line without its CRLF; undefined once the other side closed. */
  async line(where = ''): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        return line;
      }
      if (this.#closed) {
        if (this.#text !== '') throw new Error(`${where}: half a line: ${this.#text}`);
        return undefined;
      }
      await this.#more(where);
    }
  }

  /** The lines of a reply up to its last. */
  async restOfReply(where = ''): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.line(where);
      if (line === undefined) throw new Error(`${where}: closed within a reply`);
      lines.push(line);
      if (line[3] !== '-') return lines;
    }
  }

  /** Sends a line and gives the reply to it. */
  async ask(line: string): Promise<string[]> {
    this.write(`${line}\r\n`);
    return this.restOfReply(line);
  }

  async startTls(options: ConnectionOptions = {}): Promise<void> {
    this.#socket.removeAllListeners('data').removeAllListeners('end').removeAllListeners('close');
    const socket = connectTls({ socket: this.#socket, rejectUnauthorized: false, ...options });
    this.#socket = socket;
    await once(socket, 'secureConnect');
    this.#listen(socket);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    if (!this.#socket.closed) await once(this.#socket, 'close');
  }

  #listen(socket: Socket): void {
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      this.#text += text;
      this.#wake?.();
    });
    const closed = (): void => {
      this.#closed = true;
      this.#wake?.();
    };
    socket.on('end', closed).on('close', closed).on('error', closed);
  }

  #more(where: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${where}: nothing came`)), PATIENCE);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
