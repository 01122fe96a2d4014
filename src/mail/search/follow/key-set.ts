/**
 * A set of whole numbers below 2³² that is filled and emptied for each message: a hash table over typed arrays, since a Set of
 * numbers takes several times as long.
 * Called by message-grams.ts.
 */

const SMALLEST = 512;
/** A table that a large message made grow goes when the message is done with. */
const KEPT = 65_536;
const HASH = 0x9e37_79b1;

export class KeySet {
  /** For each slot the place of its key in `#keys` plus one; zero is an empty slot. */
  #slots = new Int32Array(SMALLEST);
  #shift = 32 - Math.log2(SMALLEST);
  #keys = new Uint32Array(SMALLEST / 2);
  #count = 0;

  /** The keys in the order they came; good until the next change. */
  get keys(): Uint32Array {
    return this.#keys.subarray(0, this.#count);
  }

  add(key: number): void {
    const mask = this.#slots.length - 1;
    let slot = Math.imul(key, HASH) >>> this.#shift;
    for (let place = this.#slots[slot]!; place !== 0; place = this.#slots[slot]!) {
      if (this.#keys[place - 1] === key) return;
      slot = (slot + 1) & mask;
    }
    this.#keys[this.#count++] = key;
    this.#slots[slot] = this.#count;
    if (this.#count === this.#keys.length) this.#grow();
  }

  clear(): void {
    this.#count = 0;
    if (this.#slots.length > KEPT) {
      this.#slots = new Int32Array(SMALLEST);
      this.#keys = new Uint32Array(SMALLEST / 2);
      this.#shift = 32 - Math.log2(SMALLEST);
    } else this.#slots.fill(0);
  }

  #grow(): void {
    const keys = this.#keys;
    const size = this.#slots.length * 2;
    this.#keys = new Uint32Array(size / 2);
    this.#keys.set(keys);
    this.#slots = new Int32Array(size);
    this.#shift--;
    for (let place = 0; place < this.#count; place++) {
      let slot = Math.imul(keys[place]!, HASH) >>> this.#shift;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (size - 1);
      this.#slots[slot] = place + 1;
    }
  }
}
