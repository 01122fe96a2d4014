/**
 * Writes what attempts came to. Settlements of messages that end at about the same time share one job of a few statements: while one
 * commit is in flight the next ones gather. What must happen once (a delivery here, a notice) is a bound settlement: a job of its
 * own that fails as a whole when the lease was lost.
 *
 * A delivery that a peer confirmed is never forgotten while this process lives: with the database out of reach it is written again
 * until it is back, since forgetting it would send the message twice.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseError } from 'pg';
import type { Event } from '#events';
import type { Log } from '#log';
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import { writeDialogues } from '#store/dialogues';
import { writeEvents } from '#store/events';
import {
  conclude,
  finishQueueMessages,
  LEASE_LOST,
  lockQueueMessages,
  recordedAttempts,
  type ConcludedMessage,
} from '#store/queue/conclude';
import type { DestinationKey } from '#store/queue/enqueue';
import type { Store } from '#store/open';
import { StoreUnavailable, type JobResults, type Statement } from '#store/writer';

export interface Settlement extends ConcludedMessage {
  readonly attemptId: string;
  readonly events: readonly Event[];
  /** Undefined for an attempt without a peer. */
  readonly dialogue: readonly DialogueEntry[] | undefined;
}

/** What happens in the same transaction, once. */
export interface Bound {
  /** Accounts whose mailboxes the statements change. */
  readonly accounts: readonly string[];
  readonly statements: readonly Statement[];
  /** About how many octets the statements carry. */
  readonly bytes: number;
}

export type Recorded =
  | 'recorded'
  /** Another worker has the recipients: nothing was written. */
  | 'lease-lost'
  /** PostgreSQL refuses it: nothing was written, and the same again would be refused again. */
  | 'refused';

export interface RecorderOptions {
  readonly store: Store;
  readonly log: Log;
  readonly concluded: (accountIds: readonly string[], events: readonly Event[]) => void;
  readonly wake: (destinations: readonly DestinationKey[]) => void;
  readonly freed: (blobIds: readonly string[]) => void;
}

interface Waiting {
  readonly settlement: Settlement;
  readonly resolve: (recorded: Recorded) => void;
}

/** Messages in one job. */
const BATCH = 200;
const RETRY_MILLISECONDS = 500;

export class Recorder {
  readonly #options: RecorderOptions;
  #waiting: Waiting[] = [];
  #inFlight = false;
  #stopped = false;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Resolves after the commit. Never rejects. */
  record(settlement: Settlement): Promise<Recorded> {
    return new Promise((resolve) => {
      this.#waiting.push({ settlement, resolve });
      if (!this.#inFlight) {
        this.#inFlight = true;
        queueMicrotask(() => void this.#pump());
      }
    });
  }

  /** Settlements together with what must happen with them once. Never rejects. */
  async recordBound(settlements: readonly Settlement[], bound: Bound): Promise<Recorded> {
    for (;;) {
      try {
        await this.#run(settlements, bound);
        return 'recorded';
      } catch (error) {
        if (error instanceof StoreUnavailable) {
          // if it was stored all the same, the second time finds the lease gone
          if (this.#stopped) return 'lease-lost';
          await delay(RETRY_MILLISECONDS);
        } else if (error instanceof DatabaseError) {
          if (error.code === LEASE_LOST) return 'lease-lost';
          this.#options.log.error('queue.refused', { error: error.message, code: error.code });
          return 'refused';
        } else throw error;
      }
    }
  }

  /** From now on the database is not waited for. */
  stop(): void {
    this.#stopped = true;
  }

  async #pump(): Promise<void> {
    try {
      while (this.#waiting.length > 0) await this.#write(this.#waiting.splice(0, BATCH));
    } finally {
      this.#inFlight = false;
    }
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    let missing = batch;
    for (;;) {
      try {
        await this.#run(
          missing.map(({ settlement }) => settlement),
          undefined,
        );
        break;
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) {
          await this.#writeApart(missing, error as Error);
          return;
        }
        if (this.#stopped) break;
        await delay(RETRY_MILLISECONDS);
        missing = await this.#notYetRecorded(missing);
      }
    }
    for (const { resolve } of batch) resolve('recorded');
  }

  /** The answer to the last commit was lost: it may be there. */
  async #notYetRecorded(batch: readonly Waiting[]): Promise<readonly Waiting[]> {
    try {
      const ids = batch.map(({ settlement }) => settlement.messageId);
      const recorded = await recordedAttempts(this.#options.store.pool, ids);
      return batch.filter(({ settlement }) => !recorded.has(settlement.attemptId));
    } catch {
      return batch;
    }
  }

  /** One of them is refused: each by itself, and that one without its story, so that it is at least not sent again. */
  async #writeApart(batch: readonly Waiting[], error: Error): Promise<void> {
    this.#options.log.error('queue.refused', { error: error.message, settlements: batch.length });
    for (const { settlement, resolve } of batch) {
      try {
        await this.#run([settlement], undefined).catch(() =>
          this.#run([{ ...settlement, events: [], dialogue: undefined }], undefined),
        );
        resolve('recorded');
      } catch {
        resolve('refused');
      }
    }
  }

  async #run(settlements: readonly Settlement[], bound: Bound | undefined): Promise<void> {
    if (settlements.length === 0) return;
    const { store } = this.#options;
    const now = store.clock.now();
    const ids = [...new Set(settlements.map(({ messageId }) => messageId))];
    const events = settlements.flatMap((settlement) => settlement.events);
    const dialogues = settlements.flatMap(({ messageId, attemptId, dialogue }) =>
      dialogue === undefined ? [] : [{ messageId, attemptId, entries: dialogue }],
    );
    const results = await store.writer.run({
      accounts: bound?.accounts ?? [],
      order: ids[0]!,
      bytes: settlements.length * BYTES_OF_ONE + (bound?.bytes ?? 0),
      statements: [
        lockQueueMessages(ids),
        conclude(settlements, now, bound ? 'strict' : 'lenient'),
        ...(bound?.statements ?? []),
        ...(events.length > 0 ? [writeEvents(events)] : []),
        ...(dialogues.length > 0 ? [writeDialogues(dialogues, now)] : []),
        finishQueueMessages(ids),
      ],
    });
    this.#after(results, bound?.accounts ?? [], events);
  }

  #after(results: JobResults, accountIds: readonly string[], events: readonly Event[]): void {
    const { concluded, freed, wake } = this.#options;
    const blobIds = results.at(-1)!.rows.map((row) => row['blobId'] as string);
    if (blobIds.length > 0) freed(blobIds);
    // what an enqueue of this job answered
    const queued = results.flatMap(({ rows }) => rows.filter((row) => 'sourcePool' in row));
    if (queued.length > 0) wake(queued as unknown as DestinationKey[]);
    concluded(accountIds, events);
  }
}

/** About what a settlement carries with its events and dialogue. */
const BYTES_OF_ONE = 2048;
