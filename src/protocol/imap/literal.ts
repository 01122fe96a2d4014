/**
 * The mark of a literal at the end of a line (RFC 9051 §4.3, RFC 7888, RFC 3516), and what stands before the messages of APPEND and
 * REPLACE (RFC 9051 §6.3.12, RFC 3502, RFC 6855 §4, RFC 8508). Called by receiver.ts.
 */
import type { Command, MessageHead } from './command.ts';
import { parseDateTime } from './date-time.ts';
import { Decoder, Malformed } from './decoder.ts';
import { decodeFlagList, NO_FLAGS } from './flags.ts';
import { decodeMailbox } from './mailbox-name.ts';
import type { SyntaxError } from './parse-command.ts';

export interface LiteralMark {
  /** Octets. */
  readonly size: number;
  readonly synchronising: boolean;
  readonly binary: boolean;
  /** Where it stands in the line. */
  readonly at: number;
}

/** The mark at the end of a line, of which the part before `from` is none. */
export function literalAt(line: string, from = 0): LiteralMark | undefined {
  if (!line.endsWith('}')) return undefined;
  const found = /(~?)\{([0-9]{1,15})(\+?)\}$/.exec(line.slice(Math.max(from, line.length - 20)));
  if (!found) return undefined;
  return {
    size: Number(found[2]),
    synchronising: found[3] === '',
    binary: found[1] === '~',
    at: line.length - found[0].length,
  };
}

type MessageCommand = Extract<Command, { verb: 'APPEND' | 'REPLACE' }>;
interface TaggedMessageCommand {
  readonly tag: string;
  readonly command: MessageCommand;
}

export type MessageMark =
  /** A literal like any other. */
  | { readonly kind: 'literal' }
  | { readonly kind: 'message'; readonly of: TaggedMessageCommand; readonly head: MessageHead }
  | { readonly kind: 'error'; readonly error: SyntaxError };

/** `APPEND` and what names its mailbox, without parsing more of other commands than their verb. */
const VERB = /^[^ ]{1,64} +(APPEND|REPLACE|UID +REPLACE) /i;

export const messageHead = {
  /** The literal at the end of a line of a new command. */
  first(line: string, mark: LiteralMark, utf8: boolean): MessageMark {
    if (!VERB.test(line)) return { kind: 'literal' };
    const decoder = new Decoder(line.slice(0, mark.at), { utf8 });
    let tag: string | undefined;
    try {
      tag = decoder.tag();
      decoder.space();
      const command = decodeCommand(decoder);
      // the literal is the name of the mailbox
      if (command === undefined) return { kind: 'literal' };
      return { kind: 'message', of: { tag, command }, head: decodeHead(decoder, mark) };
    } catch (error) {
      return { kind: 'error', error: { tag, text: wordsOf(error) } };
    }
  },

  /** The literal at the end of a line that goes on after a message. */
  further(line: string, mark: LiteralMark, of: TaggedMessageCommand): MessageMark {
    const decoder = new Decoder(line.slice(0, mark.at), { utf8: false });
    try {
      if (of.command.verb === 'REPLACE') throw new Malformed('REPLACE takes one message');
      decoder.take(')');
      return { kind: 'message', of, head: decodeHead(decoder, mark) };
    } catch (error) {
      return { kind: 'error', error: { tag: of.tag, text: wordsOf(error) } };
    }
  },

  /** Undefined: the line ends the command as it should. Otherwise what is wrong. */
  end(line: string, command: MessageCommand): string | undefined {
    if (line === '' || line === ')') return undefined;
    return `${command.verb} goes on with something that is no message`;
  },
};

function decodeCommand(decoder: Decoder): MessageCommand | undefined {
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
