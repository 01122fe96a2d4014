/**
 * One connection of the sink: reads SMTP as fast as it can, keeps nothing, accepts everything. Replies to a
 * group of commands leave in one write (RFC 2920). Shares no code with the server that it serves to measure.
 */
import type { Socket } from 'node:net';

export interface SinkOptions {
  readonly smtputf8: boolean;
  readonly chunking: boolean;
  readonly pipelining: boolean;
}

export interface SinkLedger {
  /** A whole message came; `content` is what stood between DATA and the final dot, dots still stuffed. */
  received(recipients: readonly string[], octets: number, content: readonly Buffer[]): void;
  /** Whether `received` looks at the content: it is gathered only then. */
  readonly keepsContent: boolean;
}

const END = Buffer.from('\r\n.\r\n', 'latin1');
const MAX_LINE_OCTETS = 65_536;

export class SinkSession {
  readonly #socket: Socket;
  readonly #options: SinkOptions;
  readonly #ledger: SinkLedger;
  #mode: 'command' | 'data' | 'bdat' = 'command';
  #line = '';
  #recipients: string[] = [];
  #octets = 0;
  #content: Buffer[] = [];
  /** The last octets of the content so far: the end of data may lie across two reads. */
  #tail = '';
  #remaining = 0;
  #last = false;
  #replies = '';

  constructor(socket: Socket, options: SinkOptions, ledger: SinkLedger) {
    this.#socket = socket;
    this.#options = options;
    this.#ledger = ledger;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    socket.on('error', () => socket.destroy());
    socket.write('220 sink.example.test ESMTP\r\n', 'latin1');
  }

  #receive(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#mode === 'command') at = this.#commands(bytes, at);
      else if (this.#mode === 'data') at = this.#data(bytes, at);
      else at = this.#bdat(bytes, at);
    }
    if (this.#replies === '') return;
    this.#socket.write(this.#replies, 'latin1');
    this.#replies = '';
  }

  #commands(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(0x0a, at);
    this.#line += bytes.toString('latin1', at, end === -1 ? bytes.length : end);
    if (this.#line.length > MAX_LINE_OCTETS) this.#socket.destroy();
    if (end === -1) return bytes.length;
    const line = this.#line;
    this.#line = '';
    this.#command(line.trimEnd());
    return end + 1;
  }

  #command(line: string): void {
    const verb = line.slice(0, 4).toUpperCase();
    switch (verb) {
      case 'EHLO':
        this.#replies += this.#extensions();
        return;
      case 'MAIL':
        this.#reset();
        break;
      case 'RCPT':
        this.#recipients.push(line.slice(line.indexOf('<') + 1, line.lastIndexOf('>')));
        break;
      case 'DATA':
        this.#mode = 'data';
        this.#tail = '\r\n';
        this.#replies += '354 go on\r\n';
        return;
      case 'BDAT':
        return this.#beginChunk(line);
      case 'RSET':
        this.#reset();
        break;
      case 'QUIT':
        this.#socket.end(`${this.#replies}221 bye\r\n`, 'latin1');
        this.#replies = '';
        return;
    }
    this.#replies += '250 ok\r\n';
  }

  #extensions(): string {
    const { pipelining, chunking, smtputf8 } = this.#options;
    const names = [
      'sink.example.test',
      ...(pipelining ? ['PIPELINING'] : []),
      ...(chunking ? ['CHUNKING'] : []),
      ...(smtputf8 ? ['SMTPUTF8'] : []),
      '8BITMIME',
      'ENHANCEDSTATUSCODES',
    ];
    const last = names.pop()!;
    return `${names.map((name) => `250-${name}\r\n`).join('')}250 ${last}\r\n`;
  }

  #beginChunk(line: string): void {
    const [, size = '0', last] = /^BDAT\s+(\d+)(?:\s+(LAST))?/i.exec(line) ?? [];
    this.#remaining = Number(size);
    this.#last = last !== undefined;
    this.#mode = 'bdat';
    if (this.#remaining === 0) this.#endChunk();
  }

  #bdat(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#remaining);
    this.#keep(bytes.subarray(at, end));
    this.#remaining -= end - at;
    if (this.#remaining === 0) this.#endChunk();
    return end;
  }

  #endChunk(): void {
    this.#mode = 'command';
    if (this.#last) this.#complete();
    this.#replies += '250 ok\r\n';
  }

  #data(bytes: Buffer, at: number): number {
    const end = this.#endOfData(bytes, at);
    this.#keep(bytes.subarray(at, end === -1 ? bytes.length : end));
    if (end === -1) {
      const rest = bytes.toString('latin1', Math.max(at, bytes.length - 4));
      this.#tail = (this.#tail + rest).slice(-4);
      return bytes.length;
    }
    this.#mode = 'command';
    this.#complete();
    this.#replies += '250 ok\r\n';
    return end;
  }

  /** The offset just behind the end of data, or -1; looks across the border to the last read first. */
  #endOfData(bytes: Buffer, at: number): number {
    const border = this.#tail + bytes.toString('latin1', at, at + 4);
    const across = border.indexOf('\r\n.\r\n');
    if (across !== -1) return at + across + END.length - this.#tail.length;
    const inside = bytes.indexOf(END, at);
    return inside === -1 ? -1 : inside + END.length;
  }

  #keep(part: Buffer): void {
    this.#octets += part.length;
    if (this.#ledger.keepsContent) this.#content.push(Buffer.from(part));
  }

  #complete(): void {
    this.#ledger.received(this.#recipients, this.#octets, this.#content);
    this.#reset();
  }

  #reset(): void {
    this.#recipients = [];
    this.#octets = 0;
    this.#content = [];
  }
}
