/**
 * The server's ear: octets in, events out, incrementally; how the octets are cut into chunks never changes the
 * events (but for the cuts between pieces of content). RFC 5321 §2.3.8, §4.1.1.4, §4.5.2, §4.5.3; RFC 3030; RFC 4954 §4.
 *
 * A pull interface: the session pushes what the socket gave and asks for the next event until there is none; between
 * two events it may say what comes next (`startData`, `startBdat`, `startDiscard`, `startAuth`), so that pipelined
 * commands are handled one by one. It stops reading from the socket while it does not ask. Lines and pieces share
 * the memory of the pushed chunks where they can, so a chunk must not be written to after it was pushed.
 *
 * Invariants: memory is bounded by the limits plus what was pushed and not asked for. A command line ends with CRLF
 * alone; a bare LF is the last thing ever reported, so that no octet after it is taken for a command. Only
 * CRLF.CRLF ends DATA. After STARTTLS, AUTH or DATA the session refuses when `pending` is not 0 (RFC 3207 §4.2,
 * CVE-2011-0411; RFC 2920 §3.1), and after the TLS handshake it starts a new receiver.
 */
import { concat, CR, latin1, LF, view } from '#bytes';
import { ContentPieces } from './content-pieces.ts';
import {
  type ContentDefect,
  type ContentFacts,
  type ContentLimits,
  ContentScan,
} from './content-scan.ts';
import { PartialLine } from './partial-line.ts';

export interface ReceiverLimits {
  /** Octets of a command line with its CRLF. */
  readonly commandLine: number;
  /** Octets of an AUTH command and of each response in its exchange, with CRLF. */
  readonly authLine: number;
  /** Octets of a refused line or content that are read on to find its end, before the receiver gives up. */
  readonly discard: number;
}

export const RECEIVER_LIMITS: ReceiverLimits = {
  // RFC 5321 §4.5.3.1.4 says 512; MAIL grows by SIZE 26, BODY 17, SMTPUTF8 10, AUTH 500, DSN about 120 and
  // FUTURERELEASE 34, RCPT by about 530 for DSN.
  commandLine: 2048,
  // RFC 4954 §4
  authLine: 12_288,
  // A client that ignores SIZE still gets its 552, unless it goes on for longer than this.
  discard: 1 << 30,
};

export type ReceiverEvent =
  /** A command line without its CRLF; it may hold any octet but LF. */
  | { readonly kind: 'line'; readonly line: Uint8Array }
  /** A line of an AUTH exchange without its CRLF; the one after it is a command again, unless `startAuth` is called. */
  | { readonly kind: 'auth-line'; readonly line: Uint8Array }
  /** A line over the limit, reported once when its end has come. */
  | { readonly kind: 'line-too-long'; readonly limit: number }
  /** A piece of content, unstuffed, never empty. Worth nothing if `content-end` tells a defect. */
  | { readonly kind: 'content'; readonly bytes: Uint8Array }
  /** A BDAT chunk was read whole and another must follow; `size` counts the message's octets so far. */
  | { readonly kind: 'chunk-end'; readonly size: number }
  /** The message is complete. With a defect it must be refused and nothing of it used. */
  | {
      readonly kind: 'content-end';
      readonly facts: ContentFacts;
      readonly defect: ContentDefect | undefined;
    }
  /** The octets named to `startDiscard` are gone. */
  | { readonly kind: 'discarded' }
  /** A line ended with a bare LF. Last event: answer and close (RFC 5321 §2.3.8). */
  | { readonly kind: 'bare-lf' }
  /** A TLS handshake where a command was due: the client expects implicit TLS. Last event. */
  | { readonly kind: 'tls-handshake' }
  /** More was thrown away than the limit allows and no end is in sight. Last event: close. */
  | { readonly kind: 'runaway' };

type Mode = 'command' | 'auth' | 'data' | 'bdat' | 'discard' | 'closed';

/** RFC 8446 §5.1: the content type of a handshake record, never the start of a command. */
const TLS_HANDSHAKE = 0x16;
const AUTH = 'AUTH ';

export class Receiver {
  readonly #limits: ReceiverLimits;
  readonly #chunks: Buffer[] = [];
  /** How much of the first chunk was read. */
  #offset = 0;
  #unread = 0;
  #mode: Mode = 'command';
  readonly #partial = new PartialLine();
  /** The limit that the line exceeds whose end has not come, or 0. */
  #tooLong = 0;
  /** Octets thrown away of that line. */
  #skipped = 0;
  /** The last octet held or thrown away of the line is a CR. */
  #endsInCr = false;
  #scan: ContentScan | undefined;
  readonly #pieces = new ContentPieces();
  /** Octets of the BDAT chunk, or of what is discarded, still to come. */
  #left = 0;
  #last = false;

  constructor(limits: ReceiverLimits = RECEIVER_LIMITS) {
    this.#limits = limits;
  }

  /** Octets pushed that are not yet part of an event, the beginning of a line included. */
  get pending(): number {
    return this.#unread + this.#partial.length;
  }

  /** The last event was given: whatever is pushed is thrown away. */
  get closed(): boolean {
    return this.#mode === 'closed';
  }

  /** Adds octets from the socket. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0 || this.#mode === 'closed') return;
    this.#chunks.push(view(chunk));
    this.#unread += chunk.length;
  }

  /** The next event, or undefined until more octets are pushed. */
  next(): ReceiverEvent | undefined {
    switch (this.#mode) {
      case 'command':
      case 'auth':
        return this.#nextLine();
      case 'data':
      case 'bdat':
        return this.#nextContent();
      case 'discard':
        return this.#nextDiscarded();
      case 'closed':
    }
    return undefined;
  }

  /** What follows is message content up to CRLF.CRLF. Called with the 354 reply. */
  startData(limits: ContentLimits): void {
    this.#leaveCommands('data');
    this.dropContent();
    this.#scan = new ContentScan(limits, true);
  }

  /** What follows is a BDAT chunk; `limits` count from the message's first chunk. RFC 3030 §2 */
  startBdat(size: number, last: boolean, limits: ContentLimits): void {
    this.#leaveCommands('bdat');
    this.#scan ??= new ContentScan(limits, false);
    this.#left = size;
    this.#last = last;
  }

  /** What follows is a BDAT chunk of a refused command: its octets must go before the next command is read. */
  startDiscard(size: number): void {
    this.#leaveCommands('discard');
    this.#left = size;
  }

  /** The next line answers a challenge of an AUTH exchange. */
  startAuth(): void {
    this.#leaveCommands('auth');
  }

  /** Forgets the BDAT chunks of a transaction that was reset. */
  dropContent(): void {
    this.#scan = undefined;
    this.#pieces.clear();
  }

  #leaveCommands(mode: Mode): void {
    if (this.#mode !== 'command') throw new Error(`${mode} cannot start during ${this.#mode}`);
    this.#mode = mode;
  }

  #nextLine(): ReceiverEvent | undefined {
    for (;;) {
      const chunk = this.#chunks[0];
      if (chunk === undefined) return undefined;
      const from = this.#offset;
      if (this.#mode === 'command' && this.#atLineStart() && chunk[from] === TLS_HANDSHAKE)
        return this.#close('tls-handshake');
      const lf = chunk.indexOf(LF, from);
      if (lf >= 0) {
        this.#advance(lf + 1);
        return this.#completeLine(chunk, from, lf);
      }
      this.#advance(chunk.length);
      this.#hold(chunk, from);
      if (this.#skipped > this.#limits.discard) return this.#close('runaway');
    }
  }

  #atLineStart(): boolean {
    return this.#partial.length === 0 && this.#tooLong === 0;
  }

  /** Keeps the beginning of a line, or only counts it when the line is already too long. */
  #hold(chunk: Uint8Array, from: number): void {
    const octets = chunk.length - from;
    this.#endsInCr = chunk[chunk.length - 1] === CR;
    if (this.#tooLong === 0) {
      const length = this.#partial.length + octets;
      const limit = this.#lineLimit(chunk, from, length);
      // What is held lacks at least its LF.
      if (length < limit) {
        this.#partial.add(chunk, from, chunk.length);
        return;
      }
      this.#tooLong = limit;
      this.#skipped = this.#partial.length;
      this.#partial.clear();
    }
    this.#skipped += octets;
  }

  #completeLine(chunk: Uint8Array, from: number, lf: number): ReceiverEvent {
    const length = this.#partial.length + this.#skipped + lf + 1 - from;
    const limit = this.#tooLong || this.#lineLimit(chunk, from, length);
    if (length > limit && length > this.#limits.discard) return this.#close('runaway');
    const cr = lf > from ? chunk[lf - 1] === CR : this.#endsInCr;
    if (!cr) return this.#close('bare-lf');
    const kind = this.#mode === 'auth' ? 'auth-line' : 'line';
    this.#mode = 'command';
    this.#endsInCr = false;
    this.#tooLong = 0;
    this.#skipped = 0;
    if (length > limit) {
      this.#partial.clear();
      return { kind: 'line-too-long', limit };
    }
    if (this.#partial.length === 0) return { kind, line: chunk.subarray(from, lf - 1) };
    this.#partial.add(chunk, from, lf);
    return { kind, line: this.#partial.take().subarray(0, -1) };
  }

  #lineLimit(chunk: Uint8Array, from: number, length: number): number {
    const { commandLine, authLine } = this.#limits;
    if (this.#mode === 'auth') return authLine;
    if (length < commandLine) return commandLine;
    const head = concat([this.#partial.peek(), chunk.subarray(from, from + AUTH.length)]);
    return latin1(head.subarray(0, AUTH.length)).toUpperCase() === AUTH ? authLine : commandLine;
  }

  #nextContent(): ReceiverEvent | undefined {
    const scan = this.#scan!;
    while (!this.#contentRead(scan)) {
      const chunk = this.#chunks[0];
      if (chunk === undefined) return undefined;
      const from = this.#offset;
      const to = this.#mode === 'bdat' ? Math.min(chunk.length, from + this.#left) : chunk.length;
      const stop = scan.read(chunk, from, to);
      this.#advance(stop);
      if (this.#mode === 'bdat') this.#left -= stop - from;
      if (scan.excess > this.#limits.discard) return this.#close('runaway');
      if (scan.condemned) {
        this.#pieces.clear();
      } else {
        const bytes = this.#pieces.add(scan.kept(chunk, from, stop), this.#messageRead(scan));
        if (bytes !== undefined) return { kind: 'content', bytes };
      }
    }
    return this.#endContent(scan);
  }

  /** Whether the message's last octet, or that of the BDAT chunk, was read. */
  #contentRead(scan: ContentScan): boolean {
    return this.#mode === 'bdat' ? this.#left === 0 : scan.ended;
  }

  #messageRead(scan: ContentScan): boolean {
    return this.#contentRead(scan) && (this.#mode === 'data' || this.#last);
  }

  #endContent(scan: ContentScan): ReceiverEvent {
    if (!this.#messageRead(scan)) {
      this.#mode = 'command';
      return { kind: 'chunk-end', size: scan.size };
    }
    const bytes = this.#pieces.take();
    if (bytes !== undefined) return { kind: 'content', bytes };
    this.#mode = 'command';
    this.dropContent();
    return { kind: 'content-end', ...scan.finish() };
  }

  #nextDiscarded(): ReceiverEvent | undefined {
    while (this.#left > 0) {
      const chunk = this.#chunks[0];
      if (chunk === undefined) return undefined;
      const octets = Math.min(this.#left, chunk.length - this.#offset);
      this.#left -= octets;
      this.#advance(this.#offset + octets);
    }
    this.#mode = 'command';
    return { kind: 'discarded' };
  }

  /** The octets of the first chunk before `offset` are read. */
  #advance(offset: number): void {
    this.#unread -= offset - this.#offset;
    if (offset < this.#chunks[0]!.length) {
      this.#offset = offset;
    } else {
      this.#chunks.shift();
      this.#offset = 0;
    }
  }

  #close(kind: 'bare-lf' | 'tls-handshake' | 'runaway'): ReceiverEvent {
    this.#mode = 'closed';
    this.#chunks.length = 0;
    this.#offset = 0;
    this.#unread = 0;
    this.#partial.clear();
    this.dropContent();
    return { kind };
  }
}
