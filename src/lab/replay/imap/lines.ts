/**
 * Octets of one direction of an IMAP session cut into what stands between literals (RFC 9051 §4.3), whatever pieces they come in. Literals are
 * passed over by their length, so that nothing of a message is kept; of a long line its beginning is. Linear.
 */
import { decodeUtf8Lossy, fromLatin1, LF, latin1 } from '#bytes';

export interface Part {
  /** Without the end of the line. */
  readonly text: string;
  /** Whether the line begins here; else a literal lies before it. */
  readonly isFirst: boolean;
  /** A literal follows. */
  readonly literal: 'none' | 'synchronising' | 'non-synchronising';
}

/** Octets of a part. */
export const LONGEST = 400;
const LITERAL = /\{(\d{1,10})(\+?)\}$/;
/** As long as the announcement of a literal and the end of its line can be. */
const TAIL = 16;

export class Lines {
  readonly #found: (part: Part) => void;
  /** One character is one octet. */
  #text = '';
  #tail = '';
  #length = 0;
  #isFirst = true;
  /** Octets of a literal that are still to come. */
  #skip = 0;

  constructor(found: (part: Part) => void) {
    this.#found = found;
  }

  push(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length;) {
      if (this.#skip > 0) {
        const passed = Math.min(this.#skip, bytes.length - from);
        this.#skip -= passed;
        from += passed;
        continue;
      }
      const end = bytes.indexOf(LF, from);
      const next = end === -1 ? bytes.length : end + 1;
      this.#gather(bytes.subarray(from, next));
      if (end !== -1) this.#end();
      from = next;
    }
  }

  /** The literal that was announced does not come after all. */
  abandon(): void {
    this.#skip = 0;
    this.#begin(true);
  }

  #gather(bytes: Uint8Array): void {
    const room = LONGEST - this.#text.length;
    if (room > 0) this.#text += latin1(bytes.subarray(0, room));
    this.#tail = (this.#tail + latin1(bytes.subarray(-TAIL))).slice(-TAIL);
    this.#length += bytes.length;
  }

  #end(): void {
    const [, octets, plus] = LITERAL.exec(this.#tail.replace(/\r?\n$/, '')) ?? [];
    const isCut = this.#length > LONGEST;
    const said = decodeUtf8Lossy(fromLatin1(this.#text));
    const text = isCut ? `${said} …` : said.replace(/\r?\n$/, '');
    const isFirst = this.#isFirst;
    this.#begin(octets === undefined);
    this.#skip = Number(octets ?? 0);
    const literal =
      octets === undefined ? 'none' : plus === '+' ? 'non-synchronising' : 'synchronising';
    this.#found({ text, isFirst, literal });
  }

  #begin(isFirst: boolean): void {
    this.#text = this.#tail = '';
    this.#length = 0;
    this.#isFirst = isFirst;
  }
}
