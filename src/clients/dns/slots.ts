/**
 * A bounded number of turns at the same time and a bounded queue for them, first come, first served. Called by
 * the stub resolver.
 */

export class Slots {
  #free: number;
  readonly #capacity: number;
  /** A Set, so that one that gives up leaves the queue in constant time. */
  readonly #waiting = new Set<() => void>();

  constructor(count: number, waiting: number) {
    this.#free = count;
    this.#capacity = waiting;
  }

  /** A turn, which `release` gives back; 'full' where too many wait, 'aborted' by the signal. */
  take(signal: AbortSignal): Promise<'taken' | 'full' | 'aborted'> {
    if (signal.aborted) return Promise.resolve('aborted');
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve('taken');
    }
    if (this.#waiting.size >= this.#capacity) return Promise.resolve('full');
    return new Promise((resolve) => {
      const onTurn = () => {
        signal.removeEventListener('abort', onAbort);
        resolve('taken');
      };
      const onAbort = () => {
        this.#waiting.delete(onTurn);
        resolve('aborted');
      };
      this.#waiting.add(onTurn);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  release(): void {
    const next = this.#waiting.values().next().value;
    if (next === undefined) {
      this.#free++;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
