/**
 * Reads replies from a stream of octets, incrementally: how the stream is cut into chunks never changes what is
 * read. Liberal where it is harmless (a bare LF ends a line, a code may stand alone, text may be UTF-8 or
 * ISO-8859-1), strict where a wrong guess would pair replies with the wrong commands: no code, an odd separator, or
 * codes that differ within one reply end the parse for good. Memory is bounded by its limits. RFC 5321 §4.2.
 */
import { concat, decodeUtf8, EMPTY, latin1, LF, view } from '#bytes';
import { enhancedCodeFits, splitEnhancedCode } from './enhanced-code.ts';
import type { Reply } from './reply.ts';

/** Why a stream is not one of SMTP replies. */
export type ReplyError = 'line-too-long' | 'too-many-lines' | 'no-reply-code' | 'codes-differ';

export type ParsedReply =
  | {
      readonly kind: 'reply';
      readonly reply: Reply;
      /** Lines as received, without line ends. */ readonly raw: readonly string[];
    }
  | {
      readonly kind: 'error';
      readonly reason: ReplyError;
      /** The line that broke the parse, cut short. */ readonly line: string;
    };

export interface ReplyLimits {
  /** Octets of one line without its line end. RFC 5321 §4.5.3.1.5 allows 512 with it; some servers send more. */
  readonly lineOctets: number;
  /** Lines of one reply. The longest in use are answers to EHLO, some thirty lines. */
  readonly lines: number;
}

export const REPLY_LIMITS: ReplyLimits = { lineOctets: 2048, lines: 128 };

const UNPRINTABLE = /[\x00-\x08\x0a-\x1f\x7f]/g;
const HEAD = /^([2-5]\d\d)(?:([ -])|$)/;

export class ReplyParser {
  readonly #limits: ReplyLimits;
  /** Octets of a line whose end has not come. */
  #rest: Uint8Array = EMPTY;
  #lines: string[] = [];
  #broken = false;

  constructor(limits: ReplyLimits = REPLY_LIMITS) {
    this.#limits = limits;
  }

  /** Whether part of a reply has come and its end has not. */
  get partial(): boolean {
    return this.#rest.length > 0 || this.#lines.length > 0;
  }

  /** The replies that these octets complete. An error is the last thing ever returned. */
  push(bytes: Uint8Array): ParsedReply[] {
    const found: ParsedReply[] = [];
    if (this.#broken) return found;
    let start = 0;
    const buffer = view(bytes);
    while (!this.#broken) {
      const end = buffer.indexOf(LF, start);
      if (end < 0) break;
      const line = this.#takeLine(bytes.subarray(start, end));
      start = end + 1;
      const result = line === undefined ? this.#fail('line-too-long') : this.#line(line);
      if (result !== undefined) found.push(result);
    }
    if (!this.#broken && start < bytes.length) {
      // One octet of grace, for the CR of a line end that is cut in two.
      if (this.#rest.length + bytes.length - start > this.#limits.lineOctets + 1) {
        found.push(this.#fail('line-too-long'));
      } else {
        this.#rest = concat([this.#rest, bytes.slice(start)]);
      }
    }
    return found;
  }

  #takeLine(tail: Uint8Array): string | undefined {
    const { lineOctets } = this.#limits;
    if (this.#rest.length + tail.length > lineOctets + 1) return undefined;
    const whole = this.#rest.length === 0 ? tail : concat([this.#rest, tail]);
    this.#rest = EMPTY;
    const line = whole.at(-1) === 0x0d ? whole.subarray(0, -1) : whole;
    if (line.length > lineOctets) return undefined;
    return (decodeUtf8(line) ?? latin1(line)).replace(UNPRINTABLE, '?');
  }

  #line(line: string): ParsedReply | undefined {
    const head = HEAD.exec(line);
    if (head === null) return this.#fail('no-reply-code', line);
    if (this.#lines.length > 0 && !this.#lines[0]!.startsWith(head[1]!)) {
      return this.#fail('codes-differ', line);
    }
    if (this.#lines.length >= this.#limits.lines) return this.#fail('too-many-lines', line);
    this.#lines.push(line);
    if (head[2] === '-') return undefined;
    const raw = this.#lines;
    this.#lines = [];
    return { kind: 'reply', reply: replyFrom(raw), raw };
  }

  #fail(reason: ReplyError, line = ''): ParsedReply {
    this.#broken = true;
    this.#rest = EMPTY;
    this.#lines = [];
    return { kind: 'error', reason, line: line.slice(0, 200) };
  }
}

/** Takes the enhanced status off the lines that carry the one of the first line (RFC 2034 §4). */
function replyFrom(raw: readonly string[]): Reply {
  const code = Number(raw[0]!.slice(0, 3));
  const texts = raw.map((line) => line.slice(4));
  const enhanced = splitEnhancedCode(texts[0]!)?.enhanced;
  if (enhanced === undefined || !enhancedCodeFits(code, enhanced)) return { code, lines: texts };
  const lines = texts.map((text) => {
    const split = splitEnhancedCode(text);
    return split?.enhanced === enhanced ? split.rest : text;
  });
  return { code, enhanced, lines };
}
