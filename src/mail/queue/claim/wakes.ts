/**
 * Tells of mail that was queued: an attempt of this process that lingers at its destination takes it; else the destination is put in
 * line. Many in one statement: the first at once, what follows within some milliseconds together, so that a burst of mail does not
 * mean a burst of writes to rows that claims wait for.
 */
import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import type { Log } from '#log';
import type { Store } from '#store/database/open';
import type { Queryable } from '#store/query/queryable';
import type { DestinationKey } from '#store/queue/enqueue';
import { wakeDestinations } from '#store/queue/destinations';
import type { Lingering } from './lingering.ts';

const GATHER_MILLISECONDS = 10;
/**
 * When so many messages came while it gathered, mail comes in a stream, and it gathers longer: an attempt that lingers asks the database
 * once in each round, and is given thirty messages for little more than ten.
 */
const STREAM_MESSAGES = 5;
const STREAM_MILLISECONDS = 30;

/** How long to gather, in milliseconds, after so many messages came since it was decided last. */
export function gatherFor(messages: number): number {
  return messages < STREAM_MESSAGES ? GATHER_MILLISECONDS : STREAM_MILLISECONDS;
}

export interface WakesOptions {
  readonly queue: Queryable;
  readonly store: Store;
  readonly lingering: Lingering;
  readonly log: Log;
}

export class Wakes {
  readonly #options: WakesOptions;
  readonly #woken: () => void;
  #waiting = new Map<string, DestinationKey>();
  #working: Promise<void> | undefined;
  /** Messages since it last began to gather. */
  #messages = 0;

  /** @param woken called after destinations are in line */
  constructor(options: WakesOptions, woken: () => void) {
    this.#options = options;
    this.#woken = woken;
  }

  /** Nobody waits to be put in line. */
  get isIdle(): boolean {
    return this.#working === undefined;
  }

  /** Tells of the destinations of a message. */
  add(destinations: readonly DestinationKey[]): void {
    this.#messages++;
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
    // messages of one commit come in together
    await setImmediate();
    while (this.#waiting.size > 0) {
      const destinations = [...this.#waiting.values()];
      this.#waiting = new Map();
      const { lingering } = this.#options;
      await this.#putInLine(destinations.filter((destination) => !lingering.wake(destination)));
      const pause = gatherFor(this.#messages);
      this.#messages = 0;
      await delay(pause);
    }
    this.#working = undefined;
  }

  async #putInLine(destinations: readonly DestinationKey[]): Promise<void> {
    if (destinations.length === 0) return;
    const { queue, store, log } = this.#options;
    try {
      await wakeDestinations(queue, destinations, store.clock.now());
      this.#woken();
      store.notices.say('queue');
    } catch (error) {
      // found again by `reconcileDestinations`
      log.warn('queue.wake', { error: (error as Error).message });
    }
  }
}
