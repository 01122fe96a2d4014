/**
 * Removes the octets of messages that left the queue, in the background and many at once. What is missed (a process that dies, a
 * reference that arrives meanwhile) is found by the store's own sweep.
 */
import type { Log } from '#log';
import type { Queryable } from '#store/query/queryable';
import { removeFreedBlobs } from '#store/queue/contents';

const GATHER_MILLISECONDS = 500;
/** Blobs removed by one statement. */
const BATCH = 500;
/** More than this waiting means that the database has other worries. */
const MAX_WAITING = 50_000;

export class CleanUp {
  readonly #db: Queryable;
  readonly #log: Log;
  #waiting: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();

  constructor(db: Queryable, log: Log) {
    this.#db = db;
    this.#log = log;
  }

  add(blobIds: readonly string[]): void {
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(...blobIds);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#working = this.#working.then(() => this.#remove());
    }, GATHER_MILLISECONDS).unref();
  }

  /** Removes what waits. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#working;
    await this.#remove();
  }

  async #remove(): Promise<void> {
    while (this.#waiting.length > 0) {
      try {
        await removeFreedBlobs(this.#db, this.#waiting.splice(0, BATCH));
      } catch (error) {
        this.#log.warn('queue.clean-up', { error: (error as Error).message });
        return;
      }
    }
  }
}
