/**
 * What a session says, gathered until it is worth a write: responses are lines with literals between them, and one write for many of
 * them costs a fraction. Holds nothing while nothing is said, so that an idle session has no buffer.
 */
import { fromLatin1 } from '#bytes';
import type { Octets } from '#protocol/message/structure';

/** What goes out in one piece. More only makes the client wait for what is there. */
const PIECE = 64 * 1024;

/** Where octets go: the connection, or what compresses for it. */
export interface Sink {
  writeOctets(bytes: Uint8Array): void;
}

export class Output {
  #sink: Sink;
  #text: Octets = '';
  #parts: Uint8Array[] = [];
  #octets = 0;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** What is said from now on goes there. */
  redirect(sink: Sink): void {
    this.flush();
    this.#sink = sink;
  }

  /** Lines of responses, CRLF included, or parts of them; one character is one octet. */
  text(text: Octets): void {
    this.#text += text;
    if (this.#text.length > PIECE) this.flush();
  }

  /** The octets of a literal; not changed afterwards. */
  octets(bytes: Uint8Array): void {
    this.#keepText();
    this.#parts.push(bytes);
    this.#octets += bytes.length;
    if (this.#octets > PIECE) this.flush();
  }

  flush(): void {
    this.#keepText();
    if (this.#parts.length === 0) return;
    const bytes = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#octets = 0;
    this.#sink.writeOctets(bytes);
  }

  #keepText(): void {
    if (this.#text === '') return;
    const bytes = fromLatin1(this.#text);
    this.#text = '';
    this.#parts.push(bytes);
    this.#octets += bytes.length;
  }
}
