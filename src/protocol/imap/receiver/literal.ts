/**
 * The mark of a literal at the end of a line (RFC 9051 §4.3, RFC 7888, RFC 3516), and what stands before the messages of APPEND and
 * REPLACE (RFC 9051 §6.3.12, RFC 3502, RFC 6855 §4, RFC 8508). Called by receiver.ts.
 */
import type { Command, MessageHead } from '#protocol/imap/command';
import { parseDateTime } from '#protocol/imap/date-time';
import { Decoder, Malformed } from '#protocol/imap/decoder';
import { decodeFlagList, NO_FLAGS } from '#protocol/imap/flags';
import { decodeMailbox } from '#protocol/imap/mailbox-name';
import type { SyntaxError } from '#protocol/imap/parse/command';

/** Characters of `~{n+}`, n of fifteen digits. */
const LONGEST_MARK = 20;

export interface LiteralMark {
  /** Octets. */
  readonly size: number;
  readonly synchronising: boolean;
  readonly binary: boolean;
  /** Where it stands in the line. */
  readonly at: number;
}

/** The mark at the end of a line. */
export function literalAt(line: string): LiteralMark | undefined {
  if (!line.endsWith('}')) return undefined;
  const found = /(~?)\{([0-9]{1,15})(\+?)\}$/.exec(line.slice(-LONGEST_MARK));
  if (!found) return undefined;
  return {
    size: Number(found[2]),
    synchronising: found[3] === '',
    binary: found[1] === '~',
    at: line.length - found[0].length,
  };
}

type WithMessage = Extract<Command, { verb: 'APPEND' | 'REPLACE' }>;

/** A command in the middle of its messages. */
export interface MessageCommand {
  readonly tag: string;
  readonly command: WithMessage;
  /** The last message stands in `UTF8 (…)`, whose end is to come. */
  readonly open: boolean;
}

export type MessageMark =
  /** A literal like any other. */
  | { readonly kind: 'literal' }
  | { readonly kind: 'message'; readonly of: MessageCommand; readonly head: MessageHead }
  | { readonly kind: 'error'; readonly error: SyntaxError };

const VERB = /^[^ ]{1,64} {1,20}(APPEND|REPLACE|UID {1,20}REPLACE) /i;

export const messageHead = {
  /** Whether the first line of a command has a verb that brings messages. */
  isNamed(line: string): boolean {
    return VERB.test(line);
  },

  /** @param text the command up to the mark */
  first(text: string, mark: LiteralMark, utf8: boolean): MessageMark {
    const decoder = new Decoder(text, { utf8 });
    let tag: string | undefined;
    try {
      tag = decoder.tag();
      decoder.space();
      const command = decodeCommand(decoder);
      // the literal is the name of the mailbox
      if (command === undefined) return { kind: 'literal' };
      const head = decodeHead(decoder, mark);
      return { kind: 'message', of: { tag, command, open: head.utf8 }, head };
    } catch (error) {
      return { kind: 'error', error: { tag, text: wordsOf(error) } };
    }
  },

  /** The literal at the end of a line that goes on after a message. */
  further(line: string, mark: LiteralMark, of: MessageCommand): MessageMark {
    const decoder = new Decoder(line.slice(0, mark.at), { utf8: false });
    try {
      if (of.command.verb === 'REPLACE') throw new Malformed('REPLACE takes one message');
      if (of.open) decoder.expect(')');
      const head = decodeHead(decoder, mark);
      return { kind: 'message', of: { ...of, open: head.utf8 }, head };
    } catch (error) {
      return { kind: 'error', error: { tag: of.tag, text: wordsOf(error) } };
    }
  },

  /** Undefined: the line ends the command as it should. Otherwise what is wrong. */
  end(line: string, { command, open }: MessageCommand): string | undefined {
    if ((open ? /^\) *$/ : /^ *$/).test(line)) return undefined;
    return `${command.verb} goes on with something that is no message`;
  },
};

function decodeCommand(decoder: Decoder): WithMessage | undefined {
  let verb = decoder.word();
  const uid = verb === 'UID';
  decoder.space();
  if (uid) {
    verb = decoder.word();
    decoder.space();
  }
  if (verb === 'APPEND') {
    if (decoder.ended) return undefined;
    return { verb, mailbox: decodeMailbox(decoder) };
  }
  const message = decoder.nzNumber();
  decoder.space();
  if (decoder.ended) return undefined;
  return { verb: 'REPLACE', uid, message, mailbox: decodeMailbox(decoder) };
}

/** Flags, date, and how the octets are given; the mark itself is cut off. */
function decodeHead(decoder: Decoder, mark: LiteralMark): MessageHead {
  decoder.space();
  let flags = NO_FLAGS;
  if (decoder.peek === '(') {
    flags = decodeFlagList(decoder);
    decoder.space();
  }
  let date: number | undefined;
  if (decoder.peek === '"') {
    const text = decoder.string();
    date = parseDateTime(text);
    if (date === undefined) throw new Malformed('A date-time is "17-Jul-1996 02:44:25 -0700"');
    decoder.space();
  }
  let utf8 = false;
  if (!decoder.ended) {
    if (decoder.word() !== 'UTF8') throw new Malformed('Expected the literal of a message');
    decoder.space();
    decoder.expect('(');
    utf8 = true;
  }
  if (!decoder.ended) throw decoder.unexpected('the literal of a message');
  const { size, binary, synchronising } = mark;
  return { flags, date, size, binary, utf8, synchronising };
}

function wordsOf(error: unknown): string {
  if (error instanceof Malformed) return error.message;
  throw error;
}
