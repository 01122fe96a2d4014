/**
 * Counts by key over a sliding window, in bounded memory, shared between nodes. A window is two slots of the calendar: what was counted in
 * the slot before still counts for the part of it that the window covers. Pure: the time is an argument.
 *
 * Invariants: never more entries than the capacity; where room is made, of the sixteen oldest entries the weakest goes, so that
 * a flood of keys that come once pushes out others that came once, and never the strong ones; a round of the exchange takes what
 * changed in the order in which it changed, so that none waits for ever.
 */

export interface CounterOptions {
  /** Milliseconds; the window is between one and two of them long. */
  readonly slot: number;
  /** Keys at most. */
  readonly capacity: number;
  /** What this node counted less often than this is nobody else's business: a flood that comes once makes no rows. */
  readonly shareFrom: number;
}

export interface CountChange {
  readonly key: string;
  /** Number of the slot since 1970. */
  readonly slot: number;
  /** Since the last round. */
  readonly amount: number;
}

interface Entry {
  slot: number;
  own: number;
  ownBefore: number;
  others: number;
  othersBefore: number;
  /** Of `own`, not yet told. */
  unsent: number;
}

/** Entries that are looked at to make room for one. */
const LOOK = 16;

export class Counters {
  readonly slot: number;
  readonly #capacity: number;
  readonly #shareFrom: number;
  /** The oldest first; strong ones are moved to the end when room is made. */
  readonly #entries = new Map<string, Entry>();
  readonly #changed = new Set<string>();

  constructor({ slot, capacity, shareFrom }: CounterOptions) {
    this.slot = slot;
    this.#capacity = capacity;
    this.#shareFrom = shareFrom;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Counts, and answers the level after it. */
  add(key: string, now: number, amount = 1): number {
    const entry = this.#entryFor(key, now);
    entry.own += amount;
    entry.unsent += amount;
    if (entry.own >= this.#shareFrom) this.#changed.add(key);
    return this.#levelOf(entry, now);
  }

  /** What was counted of the key within the window, by every node. */
  level(key: string, now: number): number {
    const entry = this.#entries.get(key);
    return entry === undefined ? 0 : this.#levelOf(entry, now);
  }

  forget(key: string): void {
    this.#entries.delete(key);
    this.#changed.delete(key);
  }

  /** What others are to hear, at most so much; the rest comes with the next call. */
  takeChanges(most: number, now: number): CountChange[] {
    const slot = this.#slotOf(now);
    const changes: CountChange[] = [];
    for (const key of this.#changed) {
      if (changes.length >= most) break;
      this.#changed.delete(key);
      const entry = this.#entries.get(key);
      // what the end of a slot overtook is a second's worth at most
      if (entry === undefined || entry.slot !== slot || entry.unsent === 0) continue;
      changes.push({ key, slot, amount: entry.unsent });
      entry.unsent = 0;
    }
    return changes;
  }

  /** What all others together counted of a key in a slot. */
  learn(key: string, slot: number, amount: number, now: number): void {
    const current = this.#slotOf(now);
    // the clocks of nodes differ a little
    if (slot < current - 1 || slot > current + 1) return;
    const entry = this.#entryFor(key, now);
    if (slot < current) entry.othersBefore = amount;
    else entry.others = amount;
  }

  #slotOf(now: number): number {
    return Math.floor(now / this.slot);
  }

  #entryFor(key: string, now: number): Entry {
    const slot = this.#slotOf(now);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#makeRoom(now);
      entry = { slot, own: 0, ownBefore: 0, others: 0, othersBefore: 0, unsent: 0 };
      this.#entries.set(key, entry);
    } else this.#roll(entry, slot);
    return entry;
  }

  #roll(entry: Entry, slot: number): void {
    if (slot <= entry.slot) return;
    const next = slot === entry.slot + 1;
    entry.ownBefore = next ? entry.own : 0;
    entry.othersBefore = next ? entry.others : 0;
    entry.own = entry.others = entry.unsent = 0;
    entry.slot = slot;
  }

  #levelOf(entry: Entry, now: number): number {
    const passed = now / this.slot - entry.slot;
    const current = entry.own + entry.others;
    // a clock that was set back finds what it counted
    if (passed < 1)
      return current + (entry.ownBefore + entry.othersBefore) * (1 - Math.max(0, passed));
    return passed < 2 ? current * (2 - passed) : 0;
  }

  #makeRoom(now: number): void {
    if (this.#entries.size < this.#capacity) return;
    let weakest: string | undefined;
    let least = Infinity;
    const looked: string[] = [];
    for (const [key, entry] of this.#entries) {
      const level = this.#levelOf(entry, now);
      looked.push(key);
      if (level < least) {
        least = level;
        weakest = key;
      }
      if (level <= 1 || looked.length === LOOK) break;
    }
    for (const key of looked) {
      const entry = this.#entries.get(key)!;
      this.#entries.delete(key);
      if (key === weakest) this.#changed.delete(key);
      else this.#entries.set(key, entry);
    }
  }
}
