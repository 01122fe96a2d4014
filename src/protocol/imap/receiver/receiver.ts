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
import { CR } from '#bytes';
import type { MessageHead } from '#protocol/imap/command';
import { parseCommand, type SyntaxError } from '#protocol/imap/parse/command';
import { Discard } from './discard.ts';
import { Incoming, withoutLineEnd } from './incoming.ts';
import type { ReceiverEvent } from './event.ts';
import { RECEIVER_LIMITS, type ReceiverLimits } from './limits.ts';
import {
  literalAt,
  messageHead,
  type LiteralMark,
  type MessageCommand,
  type MessageMark,
} from './literal.ts';

type Mode =
  | 'command'
  /** The octets of a literal in a command. */
  | 'literal'
  | 'decide'
  | 'message'
  /** After a message: the rest of the command, or the next message. */
  | 'after-message'
  /** What nobody wants is thrown away. */
  | 'discard'
  | 'line'
  | 'closed';

/** RFC 8446 §5.1 */
const TLS_HANDSHAKE = 0x16;
/** RFC 9112 §3: a browser that was led here, whose page must not read its own text in our replies (ALPACA). No command begins so. */
const HTTP_REQUEST = /^[A-Z]{3,10} (?:\/|\*|[^ ]{1,300}:)[^ ]* HTTP\/\d/;
/** How much of a line is looked at for its tag when it is too long. */
const TAG_OCTETS = 80;

export class Receiver {
  readonly #limits: ReceiverLimits;
  readonly #incoming = new Incoming();
  /** Made when something is refused. */
  #discard: Discard | undefined;
  #mode: Mode = 'command';
  /** What came of the command before the line or the literal that is being read, one character per octet. */
  #text = '';
  /** The first line of the command says that it may bring a message. */
  #ofMessages = false;
  /** Octets of a literal or a message still to come. */
  #left = 0;
  #message: MessageCommand | undefined;
  #decision: MessageHead | undefined;
  #loggedIn = false;
  #utf8 = false;
  #noCharset = false;

  constructor(limits: ReceiverLimits = RECEIVER_LIMITS) {
    this.#limits = limits;
  }

  /** Octets pushed that are not yet part of an event. */
  get pending(): number {
    return this.#incoming.unread + this.#incoming.length;
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
    this.#incoming.push(chunk);
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
      case 'discard':
        return this.#discarded();
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
    const incoming = this.#incoming;
    if (incoming.length === 0 && this.#mode === 'command' && incoming.first === TLS_HANDSHAKE) {
      this.#mode = 'closed';
      return { kind: 'tls-handshake' };
    }
    const ended = incoming.gatherLine(this.#limit);
    if (ended === 'more') return undefined;
    if (ended === 'too-long') return this.#tooLong();
    // the line alone is looked at: a command of many literals must not cost all of it for each
    const last = incoming.takeText();
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
    if (mark.size + this.#incoming.length > this.#limit)
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

  #skip(event: ReceiverEvent, octets: number | undefined): void {
    this.#discard ??= new Discard(this.#incoming, this.#limits);
    this.#discard.begin(event, octets);
    this.#mode = 'discard';
  }

  #discarded(): ReceiverEvent | undefined {
    const event = this.#discard!.next(this.#loggedIn);
    if (event === undefined) return undefined;
    this.#mode = 'command';
    if (event.kind === 'runaway') {
      this.#mode = 'closed';
      this.#incoming.drop();
    }
    return event;
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
    if (HTTP_REQUEST.test(text)) {
      this.#mode = 'closed';
      return { kind: 'http-request' };
    }
    const parsed = parseCommand(text, { utf8: this.#utf8, noCharset: this.#noCharset });
    return 'error' in parsed
      ? { kind: 'error', ...parsed.error }
      : { kind: 'command', tag: parsed.tag, command: parsed.command };
  }

  #tooLong(): ReceiverEvent | undefined {
    const begun = (this.#text + this.#incoming.takeText()).slice(0, TAG_OCTETS);
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
    this.#left -= this.#incoming.gather(this.#left);
    if (this.#left > 0) return undefined;
    this.#text += this.#incoming.takeText();
    this.#mode = 'command';
    return undefined;
  }

  #messagePiece(): ReceiverEvent | undefined {
    if (this.#left === 0) {
      this.#mode = 'after-message';
      return { kind: 'message-end' };
    }
    const bytes = this.#incoming.take(this.#left);
    if (bytes === undefined) return undefined;
    this.#left -= bytes.length;
    return { kind: 'message-piece', bytes };
  }

  #line(): ReceiverEvent | undefined {
    const ended = this.#incoming.gatherLine(this.#limits.authLine);
    if (ended === 'more') return undefined;
    if (ended === 'too-long') {
      this.#clear();
      this.#skip({ kind: 'error', tag: undefined, text: 'Line too long' }, 0);
      return undefined;
    }
    const line = this.#incoming.octets();
    this.#clear();
    this.#mode = 'command';
    return { kind: 'line', line: line.subarray(0, line.length - lineEndOctets(line)) };
  }

  #clear(): void {
    this.#text = '';
    this.#incoming.clear();
  }
}

function lineEndOctets(line: Uint8Array): number {
  return line.at(-2) === CR ? 2 : 1;
}

/** The tag of what could not be read further. */
function tagOf(text: string): string | undefined {
  return /^[!#$&',\-./0-9:;<=>?@A-Z[\]^_`a-z|}~]{1,64}(?= )/.exec(text)?.[0];
}
