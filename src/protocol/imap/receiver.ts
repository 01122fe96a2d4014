/**
 * The server's ear: octets in, events out, incrementally; how octets are cut into chunks never changes the events (but for the
 * cuts between pieces of a message). RFC 9051 §2.2.1, §4.3; RFC 7888; RFC 3502; RFC 8508.
 *
 * A pull interface: the session pushes what the socket gave and asks for the next event until there is none. A command is
 * gathered whole, its literals in it, and parsed at its end; only the messages of APPEND and REPLACE are handed on in pieces.
 * `takeMessage` or `refuseMessage` answers each `message-begin`; a refusal ends the command.
 *
 * Invariants: memory is bounded by the limits plus what was pushed and not asked for. A line may end with a bare LF, as
 * Dovecot takes it. After an error the receiver stands at the beginning of the next command: the literal that a `{n+}`
 * announced is thrown away, the one of a `{n}` was never sent.
 */
import { concat, CR, latin1, LF, view } from '#bytes';
import type { Command, MessageHead } from './command.ts';
import { parseCommand, type SyntaxError } from './parse-command.ts';
import {
  literalAt,
  messageHead,
  type LiteralMark,
  type MessageCommand,
  type MessageMark,
} from './literal.ts';

export interface ReceiverLimits {
  /** Octets of a command with its literals, messages apart. */
  readonly command: number;
  /** Octets of a command before the login. */
  readonly beforeLogin: number;
  /** Octets of a line in an AUTHENTICATE exchange. */
  readonly authLine: number;
  /** Octets thrown away of what is refused, before the receiver gives up. */
  readonly discard: number;
  /** The same before the login. */
  readonly discardBeforeLogin: number;
  /** Octets thrown away of one line. */
  readonly discardLine: number;
}

export const RECEIVER_LIMITS: ReceiverLimits = {
  // RFC 7162 §4 asks clients for 8,192; sets of UIDs and searches of long lists go beyond it.
  command: 256 * 1024,
  // A name and a password; RFC 2971 §3.3 lets ID have thirty fields of 1,024 octets.
  beforeLogin: 36 * 1024,
  // Channel binding data, nonces and a proof.
  authLine: 12_288,
  // A client that does not look at APPENDLIMIT still gets its NO.
  discard: 128 * 1024 * 1024,
  // Nobody has a message to hand in yet.
  discardBeforeLogin: 1024 * 1024,
  // A literal has its length before it; a line that is twice as long as a command can be has no end.
  discardLine: 256 * 1024,
};

export type ReceiverEvent =
  | { readonly kind: 'command'; readonly tag: string; readonly command: Command }
  /** A literal of a command is awaited: say `+`. */
  | { readonly kind: 'continue' }
  /** APPEND or REPLACE brings a message: `takeMessage` or `refuseMessage` must follow. `first`: of its command. */
  | {
      readonly kind: 'message-begin';
      readonly tag: string;
      readonly command: Extract<Command, { verb: 'APPEND' | 'REPLACE' }>;
      readonly first: boolean;
      readonly head: MessageHead;
    }
  /** A piece of the message, never empty. */
  | { readonly kind: 'message-piece'; readonly bytes: Uint8Array }
  | { readonly kind: 'message-end' }
  /** The end of APPEND or REPLACE was no end: nothing of its messages may be kept. BAD. */
  | { readonly kind: 'message-error'; readonly tag: string; readonly text: string }
  /** A refused message, and the rest of its command, are gone. */
  | { readonly kind: 'refused'; readonly tag: string }
  /** DONE, or anything else, after `expectLine`. */
  | { readonly kind: 'line'; readonly line: Uint8Array }
  /** BAD, or NO where it has a response code; without a tag where none could be read. */
  | {
      readonly kind: 'error';
      readonly tag: string | undefined;
      readonly text: string;
      readonly code?: string | undefined;
    }
  /** A TLS handshake where a command was due. Last event. */
  | { readonly kind: 'tls-handshake' }
  /** More was thrown away than the limit allows. Last event: BYE and close. */
  | { readonly kind: 'runaway' };

type Mode =
  | 'command'
  /** The octets of a literal in a command. */
  | 'literal'
  | 'decide'
  | 'message'
  /** After a message: the rest of the command, or the next message. */
  | 'after-message'
  /** A literal that nobody wants, then on to the end of its command. */
  | 'skip-literal'
  | 'skip-line'
  /** Nothing is left to throw away. */
  | 'skipped'
  | 'line'
  | 'closed';

/** RFC 8446 §5.1 */
const TLS_HANDSHAKE = 0x16;
/** How much of a line is looked at for its tag when it is too long. */
const TAG_OCTETS = 80;
const SKIPPED_AT_ONCE = 4096;
/** Octets of `~{n+}` and its line end. */
const LONGEST_MARK = 32;

export class Receiver {
  readonly #limits: ReceiverLimits;
  #chunks: Buffer[] = [];
  #offset = 0;
  #unread = 0;
  #mode: Mode = 'command';
  /** What came of the command before the line or the literal that is being read, one character per octet. */
  #text = '';
  /** What came of that. */
  #parts: Buffer[] = [];
  /** Octets of both. */
  #length = 0;
  /** The first line of the command says that it may bring a message. */
  #ofMessages = false;
  /** Octets of a literal or a message still to come. */
  #left = 0;
  #thrownAway = 0;
  /** Of the line that is being thrown away. */
  #thrownOfLine = 0;
  #message: MessageCommand | undefined;
  #decision: MessageHead | undefined;
  /** What is said once the refused command has ended. */
  #afterSkip: ReceiverEvent | undefined;
  #loggedIn = false;
  #utf8 = false;
  #noCharset = false;

  constructor(limits: ReceiverLimits = RECEIVER_LIMITS) {
    this.#limits = limits;
  }

  /** Octets pushed that are not yet part of an event. */
  get pending(): number {
    return this.#unread + this.#length;
  }

  get closed(): boolean {
    return this.#mode === 'closed';
  }

  /** Commands may be longer from now on. */
  set loggedIn(value: boolean) {
    this.#loggedIn = value;
  }

  /** RFC 6855, RFC 9051: names of mailboxes are UTF-8. */
  set utf8(value: boolean) {
    this.#utf8 = value;
  }

  /** RFC 6855 §3: searches name no charset. */
  set noCharset(value: boolean) {
    this.#noCharset = value;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0 || this.#mode === 'closed') return;
    this.#chunks.push(view(chunk));
    this.#unread += chunk.length;
  }

  /** The next line is no command: DONE after IDLE, a response after AUTHENTICATE. */
  expectLine(): void {
    this.#mode = 'line';
  }

  /** The octets of the message follow as pieces. */
  takeMessage(): void {
    const head = this.#decision!;
    this.#decision = undefined;
    this.#left = head.size;
    this.#mode = 'message';
  }

  /** Ends the command: `refused` follows when what the client sent of it unasked is gone. */
  refuseMessage(): void {
    const { size, synchronising } = this.#decision!;
    const { tag } = this.#message!;
    this.#decision = undefined;
    this.#message = undefined;
    this.#skip({ kind: 'refused', tag }, synchronising ? undefined : size);
  }

  /** The next event, or undefined until more octets are pushed. */
  next(): ReceiverEvent | undefined {
    for (;;) {
      const before = this.#mode;
      const event = this.#step();
      if (event !== undefined) return event;
      if (this.#mode === before) return undefined;
    }
  }

  #step(): ReceiverEvent | undefined {
    switch (this.#mode) {
      case 'command':
      case 'after-message':
        return this.#commandLine();
      case 'literal':
        return this.#literal();
      case 'message':
        return this.#messagePiece();
      case 'skip-literal':
        return this.#skipLiteral();
      case 'skip-line':
        return this.#skipToLineEnd();
      case 'skipped':
        return this.#skipped();
      case 'line':
        return this.#line();
      case 'decide':
      case 'closed':
        return undefined;
    }
  }

  get #limit(): number {
    return this.#loggedIn ? this.#limits.command : this.#limits.beforeLogin;
  }

  /** A line of a command: its end, or the beginning of a literal. */
  #commandLine(): ReceiverEvent | undefined {
    if (this.#length === 0 && this.#mode === 'command' && this.#first() === TLS_HANDSHAKE) {
      this.#mode = 'closed';
      return { kind: 'tls-handshake' };
    }
    const ended = this.#gatherLine(this.#limit);
    if (ended === 'more') return undefined;
    if (ended === 'too-long') return this.#tooLong();
    // the line alone is looked at: a command of many literals must not cost all of it for each
    const last = this.#takeParts();
    const line = withoutLineEnd(last);
    const mark = literalAt(line);
    if (mark === undefined) return this.#ended(this.#text + line);
    if (this.#text === '') this.#ofMessages = messageHead.isNamed(line);
    return this.#literalBegins(line, mark, last);
  }

  #literalBegins(line: string, mark: LiteralMark, last: string): ReceiverEvent | undefined {
    const message = this.#headOf(line, mark);
    if (message.kind === 'message') {
      const first = this.#message === undefined;
      this.#message = message.of;
      this.#clear();
      this.#decision = message.head;
      this.#mode = 'decide';
      return {
        kind: 'message-begin',
        tag: message.of.tag,
        command: message.of.command,
        first,
        head: message.head,
      };
    }
    if (message.kind === 'error') return this.#refuse(message.error, mark);
    if (mark.size + this.#length > this.#limit)
      return this.#refuse(
        {
          tag: tagOf((this.#text + last).slice(0, TAG_OCTETS)),
          text: `A command has ${this.#limit} octets at the most with its literals`,
          code: 'TOOBIG',
        },
        mark,
      );
    this.#text += last;
    this.#left = mark.size;
    this.#mode = 'literal';
    return mark.synchronising ? { kind: 'continue' } : undefined;
  }

  #headOf(line: string, mark: LiteralMark): MessageMark {
    if (this.#message) return messageHead.further(line, mark, this.#message);
    if (!this.#ofMessages) return { kind: 'literal' };
    return messageHead.first(this.#text + line.slice(0, mark.at), mark, this.#utf8);
  }

  /** The command is over before its literal: what a `{n+}` announces is thrown away, and what follows it on its line. */
  #refuse(error: SyntaxError, mark: LiteralMark): ReceiverEvent | undefined {
    const bad: ReceiverEvent = this.#message
      ? { kind: 'message-error', tag: this.#message.tag, text: error.text }
      : { kind: 'error', ...error };
    this.#message = undefined;
    this.#clear();
    this.#skip(bad, mark.synchronising ? undefined : mark.size);
    return undefined;
  }

  /** `event` follows once so many octets and the rest of their line are gone; undefined: the client has sent nothing more. */
  #skip(event: ReceiverEvent, octets: number | undefined): void {
    this.#afterSkip = event;
    this.#thrownAway = this.#thrownOfLine = 0;
    this.#left = octets ?? 0;
    this.#mode = octets === undefined ? 'skipped' : 'skip-literal';
  }

  #ended(text: string): ReceiverEvent | undefined {
    this.#clear();
    this.#mode = 'command';
    const message = this.#message;
    if (message !== undefined) {
      this.#message = undefined;
      const wrong = messageHead.end(text, message);
      return wrong === undefined
        ? { kind: 'command', tag: message.tag, command: message.command }
        : { kind: 'message-error', tag: message.tag, text: wrong };
    }
    const parsed = parseCommand(text, { utf8: this.#utf8, noCharset: this.#noCharset });
    return 'error' in parsed
      ? { kind: 'error', ...parsed.error }
      : { kind: 'command', tag: parsed.tag, command: parsed.command };
  }

  #tooLong(): ReceiverEvent | undefined {
    const begun = (this.#text + this.#takeParts()).slice(0, TAG_OCTETS);
    const text = `Command of more than ${this.#limit} octets`;
    const event: ReceiverEvent = this.#message
      ? { kind: 'message-error', tag: this.#message.tag, text }
      : { kind: 'error', tag: tagOf(begun), text };
    this.#message = undefined;
    this.#clear();
    this.#skip(event, 0);
    return undefined;
  }

  #literal(): undefined {
    while (this.#left > 0) {
      const taken = this.#take(this.#left);
      if (taken === undefined) return this.#compact();
      this.#parts.push(taken);
      this.#length += taken.length;
      this.#left -= taken.length;
    }
    this.#text += this.#takeParts();
    this.#mode = 'command';
    return undefined;
  }

  #messagePiece(): ReceiverEvent | undefined {
    if (this.#left === 0) {
      this.#mode = 'after-message';
      return { kind: 'message-end' };
    }
    const taken = this.#take(this.#left);
    if (taken === undefined) return undefined;
    this.#left -= taken.length;
    return { kind: 'message-piece', bytes: taken };
  }

  #skipLiteral(): ReceiverEvent | undefined {
    while (this.#left > 0) {
      const taken = this.#take(this.#left);
      if (taken === undefined) return undefined;
      this.#left -= taken.length;
      if (this.#thrown(taken.length)) return { kind: 'runaway' };
    }
    this.#mode = 'skip-line';
    return undefined;
  }

  /** The rest of a refused command; it may announce further literals. */
  #skipToLineEnd(): ReceiverEvent | undefined {
    // only the end of the line says whether a literal follows
    let tail: Uint8Array;
    for (;;) {
      const ended = this.#gatherLine(SKIPPED_AT_ONCE);
      if (ended === 'more') return undefined;
      tail = concat(this.#parts);
      this.#thrownOfLine += tail.length;
      if (this.#thrown(tail.length)) return { kind: 'runaway' };
      if (ended === 'line') break;
      this.#parts = [Buffer.from(tail.subarray(-LONGEST_MARK))];
      this.#length = this.#parts[0]!.length;
    }
    this.#clear();
    const mark = literalAt(withoutLineEnd(latin1(tail)));
    if (mark !== undefined && !mark.synchronising) {
      this.#thrownOfLine = 0;
      this.#left = mark.size;
      this.#mode = 'skip-literal';
      return undefined;
    }
    return this.#skipped();
  }

  #skipped(): ReceiverEvent | undefined {
    const event = this.#afterSkip;
    this.#afterSkip = undefined;
    this.#mode = 'command';
    return event;
  }

  #thrown(octets: number): boolean {
    this.#thrownAway += octets;
    const { discard, discardBeforeLogin, discardLine } = this.#limits;
    const most = this.#loggedIn ? discard : discardBeforeLogin;
    if (this.#thrownAway <= most && this.#thrownOfLine <= discardLine) return false;
    this.#mode = 'closed';
    this.#clear();
    this.#chunks = [];
    this.#unread = 0;
    return true;
  }

  #line(): ReceiverEvent | undefined {
    const ended = this.#gatherLine(this.#limits.authLine);
    if (ended === 'more') return undefined;
    if (ended === 'too-long') {
      this.#clear();
      this.#skip({ kind: 'error', tag: undefined, text: 'Line too long' }, 0);
      return undefined;
    }
    const line = concat(this.#parts);
    this.#clear();
    this.#mode = 'command';
    return { kind: 'line', line: line.subarray(0, line.length - lineEndOctets(line)) };
  }

  /** Adds octets up to a line end to what is gathered. */
  #gatherLine(limit: number): 'line' | 'more' | 'too-long' {
    while (this.#chunks.length > 0) {
      const chunk = this.#chunks[0]!;
      const at = chunk.indexOf(LF, this.#offset);
      const end = at < 0 ? chunk.length : at + 1;
      const room = limit - this.#length;
      const taken = chunk.subarray(this.#offset, Math.min(end, this.#offset + room));
      this.#parts.push(taken);
      this.#length += taken.length;
      this.#advance(taken.length);
      if (taken.length > 0 && taken.at(-1) === LF && at >= 0) return 'line';
      if (this.#length >= limit) return 'too-long';
    }
    this.#compact();
    return 'more';
  }

  /** Lines that come octet by octet must not keep an object for each. */
  #compact(): undefined {
    if (this.#parts.length > 16) this.#parts = [Buffer.concat(this.#parts)];
    return undefined;
  }

  /** Up to `most` octets in one piece, undefined where there are none. */
  #take(most: number): Buffer | undefined {
    const chunk = this.#chunks[0];
    if (chunk === undefined) return undefined;
    const taken = chunk.subarray(this.#offset, this.#offset + most);
    this.#advance(taken.length);
    return taken;
  }

  #advance(octets: number): void {
    this.#offset += octets;
    this.#unread -= octets;
    if (this.#offset < this.#chunks[0]!.length) return;
    this.#chunks.shift();
    this.#offset = 0;
  }

  #first(): number | undefined {
    return this.#chunks[0]?.[this.#offset];
  }

  #takeParts(): string {
    const text = latin1(concat(this.#parts));
    this.#parts = [];
    return text;
  }

  #clear(): void {
    this.#text = '';
    this.#parts = [];
    this.#length = 0;
  }
}

function withoutLineEnd(text: string): string {
  if (text.endsWith('\r\n')) return text.slice(0, -2);
  return text.slice(0, -1);
}

function lineEndOctets(line: Uint8Array): number {
  return line.at(-2) === CR ? 2 : 1;
}

/** The tag of what could not be read further. */
function tagOf(text: string): string | undefined {
  return /^[!#$&',\-./0-9:;<=>?@A-Z[\]^_`a-z|}~]{1,64}(?= )/.exec(text)?.[0];
}
