/**
 * Content as the client sends it after DATA: a dot added before each line that begins with one, and the line that
 * ends the message (RFC 5321 §4.5.2). Incremental; how the content is cut into chunks never changes what is sent.
 * Only CRLF begins a line. Content with bare CR, bare LF or NUL must not come here: the receiver refuses it, and
 * what this server writes itself has none. Reading back what was stuffed gives the content, with a CRLF at its end.
 * Called by clients/smtp.
 */
import { CR, EMPTY, fromLatin1, LF, view } from '#bytes';

const DOT = 0x2e;
const LINE_WITH_DOT = fromLatin1('\r\n.');
const END = fromLatin1('.\r\n');
const LINE_END_AND_END = fromLatin1('\r\n.\r\n');

const IN_LINE = 0;
const AFTER_CR = 1;
const LINE_START = 2;

export class DotStuffer {
  #state: typeof IN_LINE | typeof AFTER_CR | typeof LINE_START = LINE_START;

  /** What to send for this chunk: the chunk itself where no line begins with a dot, else a copy. */
  push(chunk: Uint8Array): Uint8Array {
    if (chunk.length === 0) return EMPTY;
    const bytes = view(chunk);
    const dots = this.#leadingDots(bytes);
    this.#state = this.#stateAfter(bytes);
    return dots.length === 0 ? chunk : withDotsDoubled(bytes, dots);
  }

  /** The last octets to send: a CRLF where the content has none at its end, and the lone dot. */
  end(): Uint8Array {
    return this.#state === LINE_START ? END : LINE_END_AND_END;
  }

  /** Offsets of the dots that begin a line. */
  #leadingDots(bytes: Buffer): readonly number[] {
    const dots: number[] = [];
    if (this.#state === LINE_START && bytes[0] === DOT) dots.push(0);
    if (this.#state === AFTER_CR && bytes[0] === LF && bytes[1] === DOT) dots.push(1);
    for (
      let at = bytes.indexOf(LINE_WITH_DOT);
      at >= 0;
      at = bytes.indexOf(LINE_WITH_DOT, at + LINE_WITH_DOT.length)
    )
      dots.push(at + 2);
    return dots;
  }

  #stateAfter(bytes: Uint8Array): typeof IN_LINE | typeof AFTER_CR | typeof LINE_START {
    const last = bytes.at(-1);
    if (last === CR) return AFTER_CR;
    const crBefore = bytes.length > 1 ? bytes.at(-2) === CR : this.#state === AFTER_CR;
    return last === LF && crBefore ? LINE_START : IN_LINE;
  }
}

function withDotsDoubled(bytes: Uint8Array, dots: readonly number[]): Uint8Array {
  const stuffed = Buffer.allocUnsafe(bytes.length + dots.length);
  let start = 0;
  let filled = 0;
  for (const dot of dots) {
    stuffed.set(bytes.subarray(start, dot + 1), filled);
    filled += dot + 1 - start;
    // The dot that is there is sent again as the first octet of what follows.
    start = dot;
  }
  stuffed.set(bytes.subarray(start), filled);
  return stuffed;
}
