/**
 * Judges message content while it passes, for the receiver: where DATA ends, which dots were stuffed, and what must
 * be known of the octets. RFC 5321 §4.1.1.4 and §4.5.2 (DATA), RFC 3030 §2 (BDAT), RFC 5322 §2.3 (content).
 * Invariants: only CRLF.CRLF ends DATA; a bare CR, a bare LF or a NUL condemns the content but never ends it; how
 * the octets are cut into chunks changes nothing. One pass, no copy, constant memory.
 */
import { CR, LF } from '#bytes';

export interface ContentLimits {
  /** Octets of content, after unstuffing; Infinity for no limit. */
  readonly maxSize: number;
  /** Octets of one line without its CRLF. RFC 5321 §4.5.3.1.6 says 998, and real mail exceeds it. */
  readonly maxLine: number;
}

/** Why content is refused as a whole; where several hold, the first of this list is reported. */
export type ContentDefect = 'bare-line-ending' | 'nul' | 'line-too-long' | 'too-large';

export interface ContentFacts {
  /** Octets after unstuffing, without the line that ends DATA; counted on beyond the limit. */
  readonly size: number;
  /** Octets up to and including the empty line after the header; all of them where there is no such line. */
  readonly headerSize: number;
  /** Some octet is above 127: the content needs 8BITMIME to travel on. */
  readonly eightBit: boolean;
  /** Octets of the longest line without its CRLF; over 998 some peers refuse it. */
  readonly longestLine: number;
  /** Always so after DATA, unless empty; BDAT content may lack its last CRLF. */
  readonly endsWithCrlf: boolean;
}

const DOT = 0x2e;

type State =
  /** Before the first octet of a line. */
  | 0
  /** Within a line. */
  | 1
  /** After a CR within a line. */
  | 2
  /** After a dot that began a line. */
  | 3
  /** After a dot that began a line, and a CR. */
  | 4;
const LINE_START = 0;
const IN_LINE = 1;
const AFTER_CR = 2;
const AFTER_DOT = 3;
const AFTER_DOT_CR = 4;

export class ContentScan {
  readonly #limits: ContentLimits;
  readonly #stuffed: boolean;
  #state: State = LINE_START;
  /** Octets already read of the line that is not complete. */
  #lineLength = 0;
  #size = 0;
  #headerSize = -1;
  #longestLine = 0;
  /** All octets or-ed together, four at a time. */
  #bits = 0;
  #bare = false;
  #nul = false;
  #ended = false;
  /** Offsets of octets in the range last read that are not content: stuffed dots and the end of DATA. */
  readonly #removed: number[] = [];

  /** `stuffed`: the octets come by DATA, so leading dots are removed and a lone one ends the content. */
  constructor(limits: ContentLimits, stuffed: boolean) {
    this.#limits = limits;
    this.#stuffed = stuffed;
  }

  /** The line with the lone dot was read: DATA is over. */
  get ended(): boolean {
    return this.#ended;
  }

  /** A defect is certain: nothing of the content may be used. */
  get condemned(): boolean {
    return this.#bare || this.#nul || this.#size > this.#limits.maxSize;
  }

  get size(): number {
    return this.#size;
  }

  /** Octets beyond the maximum. */
  get excess(): number {
    return this.#size - this.#limits.maxSize;
  }

  /** Reads `chunk` from `from` up to `to`, or to the end of DATA. Returns the offset after the last octet read. */
  read(chunk: Uint8Array, from: number, to: number): number {
    const removed = this.#removed;
    removed.length = 0;
    let state = this.#state;
    let lineStart = from - this.#lineLength;
    let at = from;
    const words = wordsOf(chunk, to);
    const lead = words.byteOffset - chunk.byteOffset;
    for (;;) {
      if (state !== IN_LINE) {
        if (at >= to) break;
        const octet = chunk[at]!;
        if (state === AFTER_CR) {
          if (octet === LF) {
            const length = at - 1 - lineStart;
            if (length > this.#longestLine) this.#longestLine = length;
            lineStart = ++at;
            if (length === 0 && this.#headerSize < 0)
              this.#headerSize = this.#size + (at - from) - removed.length;
            state = LINE_START;
            continue;
          }
          this.#bare = true;
        } else if (state === LINE_START) {
          if (octet === DOT && this.#stuffed) {
            // RFC 5321 §4.5.2: the first dot of a line is not content, whatever follows it.
            removed.push(at);
            lineStart = ++at;
            state = AFTER_DOT;
            continue;
          }
        } else if (state === AFTER_DOT) {
          if (octet === CR) {
            removed.push(at++);
            state = AFTER_DOT_CR;
            continue;
          }
        } else if (octet === LF) {
          removed.push(at++);
          this.#ended = true;
          break;
        } else {
          this.#bare = true;
        }
        state = IN_LINE;
      }
      at = this.#skipText(chunk, words, lead, at, to);
      if (at >= to) break;
      const octet = chunk[at++]!;
      if (octet === CR) state = AFTER_CR;
      else if (octet === LF) this.#bare = true;
      else if (octet === 0) this.#nul = true;
    }
    this.#state = state;
    this.#lineLength = at - lineStart;
    this.#size += at - from - removed.length;
    return at;
  }

  /**
   * What of the range last read, `from` to `stop`, is content. Shares the chunk's memory where nothing, or only the
   * end of DATA, had to be left out; otherwise a copy.
   */
  kept(chunk: Uint8Array, from: number, stop: number): Uint8Array {
    const removed = this.#removed;
    if (removed.length === 0) return chunk.subarray(from, stop);
    const first = removed[0]!;
    if (stop - first === removed.length) return chunk.subarray(from, first);
    const copy = Buffer.allocUnsafe(stop - from - removed.length);
    let filled = 0;
    let start = from;
    for (const hole of removed) {
      copy.set(chunk.subarray(start, hole), filled);
      filled += hole - start;
      start = hole + 1;
    }
    copy.set(chunk.subarray(start, stop), filled);
    return copy;
  }

  /** Called once, after the last octet. */
  finish(): { readonly facts: ContentFacts; readonly defect: ContentDefect | undefined } {
    if (this.#state === AFTER_CR) this.#bare = true;
    // The end of DATA stands at a line's start, so only BDAT leaves a line open.
    const open = this.#state === IN_LINE || this.#state === AFTER_CR ? this.#lineLength : 0;
    const longestLine = Math.max(this.#longestLine, open);
    const facts: ContentFacts = {
      size: this.#size,
      headerSize: this.#headerSize < 0 ? this.#size : this.#headerSize,
      eightBit: (this.#bits & 0x80808080) !== 0,
      longestLine,
      endsWithCrlf: open === 0 && this.#size > 0,
    };
    return { facts, defect: this.#defect(longestLine) };
  }

  #defect(longestLine: number): ContentDefect | undefined {
    if (this.#bare) return 'bare-line-ending';
    if (this.#nul) return 'nul';
    if (longestLine > this.#limits.maxLine) return 'line-too-long';
    return this.#size > this.#limits.maxSize ? 'too-large' : undefined;
  }

  /** The offset of the next octet below 14 (NUL, LF, CR among them), four octets a step; `to` where there is none. */
  #skipText(chunk: Uint8Array, words: Int32Array, lead: number, from: number, to: number): number {
    let at = from;
    let bits = this.#bits;
    for (;;) {
      if (((at - lead) & 3) === 0) {
        let word = (at - lead) >> 2;
        for (; word < words.length; word++) {
          const four = words[word]!;
          // Some octet of the four is below 14 exactly where this is not 0.
          if (((four - 0x0e0e0e0e) & ~four & 0x80808080) !== 0) break;
          bits |= four;
        }
        at = (word << 2) + lead;
      }
      if (at >= to) break;
      const octet = chunk[at]!;
      if (octet < 14) break;
      bits |= octet;
      at++;
    }
    this.#bits = bits;
    return at;
  }
}

/** The aligned four-octet words that lie wholly before `to`. */
function wordsOf(chunk: Uint8Array, to: number): Int32Array {
  const start = (chunk.byteOffset + 3) & ~3;
  const octets = chunk.byteOffset + to - start;
  return octets < 4 ? NO_WORDS : new Int32Array(chunk.buffer, start, octets >> 2);
}

const NO_WORDS = new Int32Array(0);
