/**
 * Writes what attempts came to. Settlements of messages that end at about the same time share one job of a few statements: while one
 * commit is in flight the next ones gather. What must happen once (a delivery here, a notice) is a bound settlement: a job of its
 * own that fails as a whole when the lease was lost.
 *
 * What an attempt came to is never forgotten while this process lives: with the database out of reach, or without room, it is written
 * again until it is taken, since forgetting a delivery would send the message twice, and a refusal leave its author untold.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Event } from '#events';
import type { Log } from '#log';
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import type { Store } from '#store/database/open';
import { writeDialogues } from '#store/events/dialogues';
import { writeEvents } from '#store/events/events';
import {
  conclude,
  finishQueueMessages,
  LEASE_LOST,
  lockQueueMessages,
  recordedAttempts,
  type ConcludedMessage,
} from '#store/queue/conclude';
import { destinationsOf, type DestinationKey } from '#store/queue/enqueue';
import { storeFailure } from '#store/writer/failure';
import { DatabaseError } from '#store/writer/writer';
import type { JobResults, Statement } from '#store/writer/writer';

export interface Settlement extends ConcludedMessage {
  readonly attemptId: string;
  readonly events: readonly Event[];
  /** Undefined for an attempt without a peer. */
  readonly dialogue: readonly DialogueEntry[] | undefined;
  /** What follows from it, and does no harm when it is written twice. */
  readonly statements?: readonly Statement[];
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
/** After a batch, fewer than this wait a moment for others: nobody hears of them meanwhile. A crash then sends them twice. */
const GATHER = 64;
const GATHER_MILLISECONDS = 20;

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
        if (isForNow(error)) {
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

  /** Asks for what a settlement is made of, again until the database answers. */
  async patiently<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (this.#stopped || !isForNow(error)) throw error;
        await delay(RETRY_MILLISECONDS);
      }
    }
  }

  /** From now on the database is not waited for. */
  stop(): void {
    this.#stopped = true;
  }

  async #pump(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting.splice(0, BATCH);
        await this.#write(batch);
        if (batch.length > 2 && this.#waiting.length < GATHER) await delay(GATHER_MILLISECONDS);
      }
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
        if (!isForNow(error)) {
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
    const recorded = await this.#recordedOf(batch.map(({ settlement }) => settlement.messageId));
    return batch.filter(({ settlement }) => !recorded.has(settlement.attemptId));
  }

  /** Attempts that are written down; none where nobody can tell. */
  async #recordedOf(messageIds: readonly string[]): Promise<ReadonlySet<string>> {
    try {
      return await recordedAttempts(this.#options.store.pool, messageIds);
    } catch {
      return new Set();
    }
  }

  /** One of them is refused: each by itself, and that one without its story, so that it is at least not sent again. */
  async #writeApart(batch: readonly Waiting[], error: Error): Promise<void> {
    this.#options.log.error('queue.refused', { error: error.message, settlements: batch.length });
    for (const { settlement, resolve } of batch) {
      const bare = { ...settlement, events: [], dialogue: undefined, statements: [] };
      const written = (await this.#writeAlone(settlement)) || (await this.#writeAlone(bare));
      resolve(written ? 'recorded' : 'refused');
    }
  }

  /** False when PostgreSQL refuses it. */
  async #writeAlone(settlement: Settlement): Promise<boolean> {
    for (;;) {
      try {
        await this.#run([settlement], undefined);
        return true;
      } catch (error) {
        if (!isForNow(error)) return false;
        if (this.#stopped) return true;
        await delay(RETRY_MILLISECONDS);
        const { messageId, attemptId } = settlement;
        if ((await this.#recordedOf([messageId])).has(attemptId)) return true;
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
    const results = await store.queueWriter.run({
      accounts: bound?.accounts ?? [],
      order: ids[0]!,
      bytes: settlements.length * BYTES_OF_ONE + (bound?.bytes ?? 0),
      statements: [
        lockQueueMessages(ids),
        conclude(settlements, now, bound ? 'strict' : 'lenient'),
        ...(bound?.statements ?? []),
        ...settlements.flatMap(({ statements = [] }) => statements),
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
    const queued = destinationsOf(results);
    if (queued.length > 0) wake(queued);
    concluded(accountIds, events);
  }
}

/** About what a settlement carries with its events and dialogue. */
const BYTES_OF_ONE = 2048;

/** The database is away or has no room: the same will be taken later. */
function isForNow(error: unknown): boolean {
  const failure = storeFailure(error);
  return failure === 'unavailable' || failure === 'full';
}
