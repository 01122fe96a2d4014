/**
 * Some hundred emails: collects the grams of each, sorts them, packs them into blocks.
 * Called by segment-batch.ts.
 */
import { BlockWriter, type Block } from '#mail/search/index/block';
import { LISTS, LIST_STEP } from '#mail/search/index/grams';

/** The grams of one email, by the number of their list. */
export type EmailGrams = readonly Uint32Array[];

/** Sorting takes this much more at once. */
const PAIRS = 1_000_000;
const EMAILS = 512;

export class SortedRun {
  #size = 0;
  readonly #lists = Array.from({ length: LISTS }, () => new Pairs());

  /** How many emails it has. */
  get size(): number {
    return this.#size;
  }

  get full(): boolean {
    const pairs = this.#lists.reduce((sum, { count }) => sum + count, 0);
    return this.#size >= EMAILS || pairs >= PAIRS;
  }

  /** @param grams undefined: an email without any */
  add(grams: EmailGrams | undefined): void {
    const number = this.#size++;
    for (const [list, keys] of (grams ?? []).entries()) this.#lists[list]!.add(keys, number);
  }

  /** For other emails, in the memory that it has. */
  clear(): void {
    this.#size = 0;
    for (const list of this.#lists) list.count = 0;
  }

  /** The blocks in the order of their keys. */
  *blocks(): Generator<Block> {
    const size = this.#size;
    const writer = new BlockWriter(size);
    const emails = new Uint32Array(size);
    for (const [list, pairs] of this.#lists.entries()) {
      const { keys, numbers } = pairs.sorted();
      for (let at = 0; at < keys.length;) {
        const key = keys[at]!;
        let count = 0;
        while (at < keys.length && keys[at] === key) emails[count++] = numbers[at++]!;
        const full = writer.add(list * LIST_STEP + key, emails, count);
        if (full) yield full;
      }
    }
    yield writer.end();
  }
}

/** Grams with the number of the email that has them, numbers rising. */
class Pairs {
  count = 0;
  #keys = new Uint32Array(1024);
  #numbers = new Uint16Array(1024);

  add(keys: Uint32Array, number: number): void {
    const end = this.count + keys.length;
    if (end > this.#keys.length) {
      const size = Math.max(end, this.#keys.length * 2);
      this.#keys = grown(this.#keys, new Uint32Array(size));
      this.#numbers = grown(this.#numbers, new Uint16Array(size));
    }
    this.#keys.set(keys, this.count);
    this.#numbers.fill(number, this.count, end);
    this.count = end;
  }

  /** By key, and those of a key by number: a radix sort, eleven bits at a time. */
  sorted(): { keys: Uint32Array; numbers: Uint16Array } {
    let keys = this.#keys.subarray(0, this.count);
    let numbers = this.#numbers.subarray(0, this.count);
    let otherKeys = new Uint32Array(this.count);
    let otherNumbers = new Uint16Array(this.count);
    for (let shift = 0; shift < 32; shift += 11) {
      const places = new Uint32Array(2048);
      for (let i = 0; i < keys.length; i++) places[(keys[i]! >>> shift) & 0x7ff]!++;
      for (let digit = 0, place = 0; digit < 2048; digit++) {
        const count = places[digit]!;
        places[digit] = place;
        place += count;
      }
      for (let i = 0; i < keys.length; i++) {
        const place = places[(keys[i]! >>> shift) & 0x7ff]!++;
        otherKeys[place] = keys[i]!;
        otherNumbers[place] = numbers[i]!;
      }
      [keys, otherKeys] = [otherKeys, keys];
      [numbers, otherNumbers] = [otherNumbers, numbers];
    }
    return { keys, numbers };
  }
}

function grown<T extends Uint32Array | Uint16Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
