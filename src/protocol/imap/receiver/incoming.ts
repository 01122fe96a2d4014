/**
 * Octets as they come from a client, and what was gathered of the command that is being read: taken by lines or by number, however they
 * were cut into chunks. Called by receiver.ts, discard.ts.
 */
import { concat, latin1, LF, view } from '#bytes';

/** Lines that come octet by octet must not keep an object for each. */
const MOST_PARTS = 16;

export class Incoming {
  #chunks: Buffer[] = [];
  #offset = 0;
  #unread = 0;
  #parts: Buffer[] = [];
  #length = 0;

  /** Octets that nobody has looked at. */
  get unread(): number {
    return this.#unread;
  }

  /** Octets gathered since the last `clear`, also those whose text was taken. */
  get length(): number {
    return this.#length;
  }

  /** The next octet, where there is one. */
  get first(): number | undefined {
    return this.#chunks[0]?.[this.#offset];
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(view(chunk));
    this.#unread += chunk.length;
  }

  /** Up to `most` octets in one piece, undefined where there are none. */
  take(most: number): Buffer | undefined {
    const chunk = this.#chunks[0];
    if (chunk === undefined) return undefined;
    const taken = chunk.subarray(this.#offset, this.#offset + most);
    this.#advance(taken.length);
    return taken;
  }

  /** Gathers up to `most` octets; how many there were. */
  gather(most: number): number {
    let left = most;
    while (left > 0) {
      const taken = this.take(left);
      if (taken === undefined) {
        this.#compact();
        break;
      }
      this.#add(taken);
      left -= taken.length;
    }
    return most - left;
  }

  /** Gathers octets up to a line end, or until `limit` are gathered. */
  gatherLine(limit: number): 'line' | 'more' | 'too-long' {
    while (this.#chunks.length > 0) {
      const chunk = this.#chunks[0]!;
      const at = chunk.indexOf(LF, this.#offset);
      const end = at < 0 ? chunk.length : at + 1;
      const taken = chunk.subarray(
        this.#offset,
        Math.min(end, this.#offset + limit - this.#length),
      );
      this.#add(taken);
      this.#advance(taken.length);
      if (taken.length > 0 && taken.at(-1) === LF && at >= 0) return 'line';
      if (this.#length >= limit) return 'too-long';
    }
    this.#compact();
    return 'more';
  }

  /** What was gathered since the last time, as octets. */
  octets(): Uint8Array {
    return concat(this.#parts);
  }

  /** What was gathered since the last time, as one character for each octet; it still counts. */
  takeText(): string {
    const text = latin1(concat(this.#parts));
    this.#parts = [];
    return text;
  }

  /** Forgets what was gathered. */
  clear(): void {
    this.#parts = [];
    this.#length = 0;
  }

  /** Forgets it but for its last octets. */
  keepLast(octets: number): void {
    const last = Buffer.from(this.octets().subarray(-octets));
    this.#parts = [last];
    this.#length = last.length;
  }

  /** Forgets everything. */
  drop(): void {
    this.clear();
    this.#chunks = [];
    this.#unread = 0;
  }

  #add(taken: Buffer): void {
    this.#parts.push(taken);
    this.#length += taken.length;
  }

  #compact(): void {
    if (this.#parts.length > MOST_PARTS) this.#parts = [Buffer.concat(this.#parts)];
  }

  #advance(octets: number): void {
    this.#offset += octets;
    this.#unread -= octets;
    if (this.#offset < this.#chunks[0]!.length) return;
    this.#chunks.shift();
    this.#offset = 0;
  }
}

/** A line without its end. */
export function withoutLineEnd(text: string): string {
  return text.slice(0, text.endsWith('\r\n') ? -2 : -1);
}
