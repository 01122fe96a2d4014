/**
 * What was said in a session, as far as it belongs to the story of the message under way: the opening up to the first
 * MAIL, and the lines of this transaction. Bounded however long the session is; secrets never come here.
 */
import { decodeUtf8Lossy, latin1 } from '#bytes';
import {
  DIALOGUE_LIMITS,
  type DialogueEntry,
  DialogueRecorder,
  redactCommand,
  SECRET,
  type TlsFacts,
} from '#protocol/smtp/dialogue';
import type { WireReply } from './wire-reply.ts';

const OPENING = { entries: 60, characters: 6000, line: 600 };

export class SessionDialogue {
  readonly #start: number;
  readonly #observe: ((entry: DialogueEntry) => void) | undefined;
  #foretelling = false;
  readonly #opening: DialogueRecorder;
  #recorder: DialogueRecorder;

  /**
   * @param start monotonic milliseconds
   * @param observe shown every entry, of all transactions
   */
  constructor(start: number, observe?: (entry: DialogueEntry) => void) {
    this.#start = start;
    this.#observe =
      observe &&
      ((entry) => {
        if (!this.#foretelling) observe(entry);
      });
    this.#recorder = this.#opening = new DialogueRecorder(start, OPENING, this.#observe);
  }

  /** The next line is MAIL: what an earlier transaction said is forgotten. */
  beginTransaction(): void {
    this.#recorder = new DialogueRecorder(this.#start, DIALOGUE_LIMITS, this.#observe);
  }

  command(now: number, line: Uint8Array): void {
    const text = isAscii(line) ? latin1(line) : decodeUtf8Lossy(line);
    this.#recorder.received(now, redactCommand(text));
  }

  /** A line of an AUTH exchange. */
  secret(now: number): void {
    this.#recorder.received(now, SECRET);
  }

  reply(now: number, reply: WireReply): void {
    // RFC 4954 §4: what follows 334 is part of the exchange
    if (reply.code === 334) return this.#recorder.sent(now, `334 ${SECRET}`);
    if (reply.lines.length === 1) return this.#recorder.sent(now, reply.wire.slice(0, -2));
    for (const line of reply.wire.slice(0, -2).split('\r\n')) this.#recorder.sent(now, line);
  }

  /** A reply that is said only once what is kept with it is stored: no observer is shown it before. */
  foretell(now: number, reply: WireReply): void {
    this.#foretelling = true;
    this.reply(now, reply);
    this.#foretelling = false;
  }

  content(now: number, octets: number): void {
    this.#recorder.content(now, 'received', octets);
  }

  tls(now: number, facts: TlsFacts): void {
    this.#recorder.tls(now, facts);
  }

  note(now: number, text: string): void {
    this.#recorder.note(now, text);
  }

  entries(): readonly DialogueEntry[] {
    return this.#recorder === this.#opening
      ? this.#opening.entries()
      : [...this.#opening.entries(), ...this.#recorder.entries()];
  }
}

function isAscii(line: Uint8Array): boolean {
  for (const octet of line) if (octet > 0x7f) return false;
  return true;
}
