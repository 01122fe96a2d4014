/**
 * The beginning of a line whose end has not come, copied into memory of its own: the chunks it came in are free to
 * go, and the octets held are those of one line, however small the packets. Called by the receiver.
 */
import { EMPTY } from '#bytes';

const FIRST = 256;

export class PartialLine {
  #held: Uint8Array = EMPTY;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds the octets of `chunk` from `from` up to `to`. The caller keeps the length within its limit. */
  add(chunk: Uint8Array, from: number, to: number): void {
    const length = this.#length + to - from;
    if (length > this.#held.length) {
      const wider = new Uint8Array(Math.max(FIRST, this.#held.length * 2, length));
      wider.set(this.#held.subarray(0, this.#length));
      this.#held = wider;
    }
    this.#held.set(chunk.subarray(from, to), this.#length);
    this.#length = length;
  }

  /** What was added so far, without taking it. */
  peek(): Uint8Array {
    return this.#held.subarray(0, this.#length);
  }

  /** Hands out what was added and starts anew. */
  take(): Uint8Array {
    const line = this.peek();
    this.clear();
    return line;
  }

  clear(): void {
    this.#held = EMPTY;
    this.#length = 0;
  }
}
