/**
 * Recipients that an operator takes out of the queue: concluded as failed, in one transaction with their events and the notices that are
 * due (DESIGN: a message is delivered, or its author is told). What is marked and was left by a process that died is found again
 * by every worker. Called by `worker.ts`.
 */
import { event, type Event } from '#events';
import { Contents } from '#mail/queue/claim/content';
import type { QueueOptions } from '#mail/queue/options';
import { dueNotices, queueNotices } from '#mail/queue/settle/notice';
import { ownResult } from '#mail/queue/settle/result';
import { writeEvents } from '#store/events/events';
import { claimedMessages, type ClaimedMessage, type ClaimedRecipient } from '#store/queue/claim';
import { finishQueueMessages, LEASE_LOST, lockQueueMessages } from '#store/queue/conclude';
import type { DestinationKey } from '#store/queue/enqueue';
import {
  isRemovalAwaited,
  markedRecipients,
  markRemoval,
  takeOut,
  type Marked,
  type MarkedRecipient,
} from '#store/queue/removal';
import type { QueueSelection } from '#store/queue/selection';
import { storeFailure } from '#store/writer/failure';
import { DatabaseError, type Statement } from '#store/writer/writer';

export interface RemovalsOptions {
  readonly options: QueueOptions;
  readonly wake: (destinations: readonly DestinationKey[]) => void;
  readonly freed: (blobIds: readonly string[]) => void;
}

/** Recipients looked up at once. */
const PORTION = 500;
/** Messages in one transaction. */
const MESSAGES_PER_JOB = 16;
/** RFC 3463 §3.8: policy ended it, not a server on the way. */
const STATUS = '5.7.0';
const TEXT = 'The postmaster took the message out of the queue';
const BY = 'operator';

/** A message with the recipients of it that leave, by their marks. */
interface Leaving {
  readonly message: ClaimedMessage;
  readonly marked: readonly MarkedRecipient[];
}

/** What is written for one message. */
interface Prepared {
  readonly leaving: Leaving;
  readonly events: readonly Event[];
  readonly notices: readonly Statement[];
  readonly bytes: number;
}

export class Removals {
  readonly #context: RemovalsOptions;
  #working: Promise<void> = Promise.resolve();
  /** Something marked may be in an attempt. */
  #awaited = false;
  #stopped = false;

  constructor(context: RemovalsOptions) {
    this.#context = context;
  }

  async remove(selection: QueueSelection, silent: boolean): Promise<Marked> {
    const { store } = this.#context.options;
    this.#awaited = true;
    const marked = await markRemoval(store.pool, selection, silent ? 'removal-silent' : 'removal');
    if (marked.free > 0) await this.finish();
    return marked;
  }

  /** An attempt has ended: what it had may leave now. */
  async attemptEnded(): Promise<void> {
    if (this.#awaited) await this.finish();
  }

  /** Takes out whatever is marked and in no attempt. One at a time. */
  finish(): Promise<void> {
    const working = this.#working.then(() => this.#finish());
    this.#working = working.catch(() => {});
    return working;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#working;
  }

  async #finish(): Promise<void> {
    const { pool } = this.#context.options.store;
    for (;;) {
      const marked = await markedRecipients(pool, PORTION);
      if (this.#stopped) return;
      if (marked.length === 0) {
        this.#awaited = await isRemovalAwaited(pool);
        return;
      }
      const left = await this.#portion(marked);
      // refused by the database, or taken by others: they are looked at again another time
      if (left === 0) return;
    }
  }

  /** Answers how many messages' recipients left. */
  async #portion(marked: readonly MarkedRecipient[]): Promise<number> {
    const { pool } = this.#context.options.store;
    const messages = await claimedMessages(pool, {
      messageIds: marked.map(({ messageId }) => messageId),
      recipientIds: marked.map(({ recipientId }) => recipientId),
    });
    const byMessage = Map.groupBy(marked, ({ messageId }) => messageId);
    const contents = new Contents(pool, messages);
    let left = 0;
    for (let i = 0; i < messages.length && !this.#stopped; i += MESSAGES_PER_JOB) {
      const batch: Prepared[] = [];
      for (const message of messages.slice(i, i + MESSAGES_PER_JOB)) {
        // a message may be here several times, each with others of its recipients
        const ids = new Set(message.recipients.map(({ recipientId }) => recipientId));
        const own = byMessage.get(message.id)!.filter(({ recipientId }) => ids.has(recipientId));
        batch.push(await this.#prepare({ message, marked: own }, contents));
      }
      left += await this.#write(batch);
    }
    return left;
  }

  async #prepare(leaving: Leaving, contents: Contents): Promise<Prepared> {
    const { options } = this.#context;
    const { message } = leaving;
    const now = options.store.clock.now();
    const events = removedEvents(leaving, now);
    const told = toBeTold(leaving);
    if (told.length === 0) return { leaving, events, notices: [], bytes: 0 };
    const candidates = told.map((recipient) => ({
      result: ownResult(recipient, 'failed', 'queue', STATUS, TEXT),
      fate: 'failed' as const,
    }));
    // the postmaster knows already
    const due = { ...dueNotices(message, candidates), toPostmaster: [] };
    const head = () => contents.head(message);
    const context = { options, message, head, attemptId: undefined, now };
    const queued = await queueNotices(context, due);
    return {
      leaving,
      events: [...events, ...queued.events],
      notices: queued.statements,
      bytes: queued.bytes,
    };
  }

  async #write(batch: readonly Prepared[]): Promise<number> {
    try {
      await this.#run(batch);
      return batch.length;
    } catch (error) {
      const failure = storeFailure(error);
      if (failure !== 'refused' || !(error instanceof DatabaseError)) throw error;
      if (batch.length > 1) {
        let left = 0;
        for (const one of batch) left += await this.#write([one]);
        return left;
      }
      if (error.code === LEASE_LOST) return 0;
      const { log } = this.#context.options;
      const [one] = batch as [Prepared];
      const id = one.leaving.message.id;
      log.error('queue.refused', { id, error: error.message, code: error.code });
      // a notice that cannot be written does not keep what is to go
      return one.notices.length === 0 ? 0 : this.#write([withoutNotices(one)]);
    }
  }

  async #run(batch: readonly Prepared[]): Promise<void> {
    const { options, wake, freed } = this.#context;
    const { store } = options;
    const ids = batch.map(({ leaving }) => leaving.message.id);
    const events = batch.flatMap((one) => one.events);
    const marked = batch.flatMap(({ leaving }) => leaving.marked);
    const results = await store.writer.run({
      accounts: [],
      order: ids[0]!,
      bytes: batch.reduce((sum, { bytes }) => sum + bytes, 0),
      statements: [
        lockQueueMessages(ids),
        takeOut(marked, `${STATUS} ${TEXT}`, store.clock.now()),
        ...batch.flatMap(({ notices }) => notices),
        writeEvents(events),
        finishQueueMessages(ids),
      ],
    });
    const blobIds = results.at(-1)!.rows.map((row) => row['blobId'] as string);
    if (blobIds.length > 0) freed(blobIds);
    const queued = results.flatMap(({ rows }) => rows.filter((row) => 'sourcePool' in row));
    if (queued.length > 0) wake(queued as unknown as DestinationKey[]);
    options.concluded([], events);
  }
}

function removedEvents({ message, marked }: Leaving, now: number): Event[] {
  const marks = new Map(marked.map(({ recipientId, mark }) => [recipientId, mark]));
  return message.recipients.map(({ recipientId, forwardPath }) => {
    const ids = {
      messageId: message.id,
      recipientId: String(recipientId),
      tenantId: message.tenantId,
      ...(message.accountId !== null && { accountId: message.accountId }),
    };
    const silent = marks.get(recipientId) === 'removal-silent';
    return event('queue.removed', now, ids, {
      public: { by: BY, silent },
      personal: { forwardPath },
    });
  });
}

function toBeTold({ message, marked }: Leaving): ClaimedRecipient[] {
  const told = new Set(
    marked.flatMap(({ recipientId, mark }) => (mark === 'removal' ? [recipientId] : [])),
  );
  return message.recipients.filter(({ recipientId }) => told.has(recipientId));
}

function withoutNotices({ leaving, events }: Prepared): Prepared {
  return {
    leaving,
    events: events.filter(({ type }) => type === 'queue.removed'),
    notices: [],
    bytes: 0,
  };
}
