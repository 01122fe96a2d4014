/**
 * Puts destinations in line after mail was queued, many in one statement: the first at once, what follows within some milliseconds
 * together, so that a burst of mail does not mean a burst of writes to rows that claims wait for.
 */
import type { Log } from '#log';
import type { Queryable } from '#store/blobs';
import type { DestinationKey } from '#store/queue/enqueue';
import { wakeDestinations } from '#store/queue/destinations';
import type { Store } from '#store/open';

const GATHER_MILLISECONDS = 10;

export class Wakes {
  readonly #queue: Queryable;
  readonly #store: Store;
  readonly #log: Log;
  readonly #woken: () => void;
  #waiting = new Map<string, DestinationKey>();
  #working: Promise<void> | undefined;

  /** @param woken called after destinations are in line */
  constructor(queue: Queryable, store: Store, log: Log, woken: () => void) {
    this.#queue = queue;
    this.#store = store;
    this.#log = log;
    this.#woken = woken;
  }

  add(destinations: readonly DestinationKey[]): void {
    for (const { site, stream, sourcePool } of destinations) {
      this.#waiting.set(`${site}\n${stream}\n${sourcePool}`, { site, stream, sourcePool });
    }
    if (this.#waiting.size > 0) this.#working ??= this.#work();
  }

  /** Resolves when nothing waits any more. */
  async close(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    while (this.#waiting.size > 0) {
      const destinations = [...this.#waiting.values()];
      this.#waiting = new Map();
      try {
        await wakeDestinations(this.#queue, destinations, this.#store.clock.now());
        this.#woken();
        this.#store.notices.say('queue');
      } catch (error) {
        // found again by `reconcileDestinations`
        this.#log.warn('queue.wake', { error: (error as Error).message });
      }
      await new Promise((resolve) => setTimeout(resolve, GATHER_MILLISECONDS));
    }
    this.#working = undefined;
  }
}
