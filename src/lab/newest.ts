/** The newest of what happened, in memory: a ring that forgets the oldest. */

export type Numbered<T> = T & {
  /** Counts up from 1, and never again. */
  readonly number: number;
};

export class Newest<T> {
  readonly #most: number;
  readonly #ring: Numbered<T>[] = [];
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(one: T): Numbered<T> {
    const numbered = { number: ++this.#count, ...one };
    this.#ring[(numbered.number - 1) % this.#most] = numbered;
    return numbered;
  }

  /** Oldest first. */
  list(): Numbered<T>[] {
    if (this.#count <= this.#most) return [...this.#ring];
    const start = this.#count % this.#most;
    return [...this.#ring.slice(start), ...this.#ring.slice(0, start)];
  }
}
