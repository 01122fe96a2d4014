/** A map that forgets what was put in first once it is full. */
export class BoundedMap<K, V> {
  readonly #most: number;
  readonly #entries = new Map<K, V>();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  /** @returns what was forgotten for it */
  set(key: K, value: V): V | undefined {
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#most) return undefined;
    const [oldest, forgotten] = this.#entries.entries().next().value!;
    this.#entries.delete(oldest);
    return forgotten;
  }

  delete(key: K): boolean {
    return this.#entries.delete(key);
  }

  /** In the order in which they came. */
  values(): V[] {
    return [...this.#entries.values()];
  }
}
