/**
 * Looks after what waits without an attempt, so that its author hears of it all the same (DESIGN: a message is delivered, or its author is
 * told): notices of delay, and of failure once its time is over. A look takes a few messages, in the background of the loop; several nodes share
 * them. What is said of a message is written with it in one transaction that finds it as it was, so that it is said once.
 * Called by `worker.ts`.
 */
import { event, type Event } from '#events';
import type { Log } from '#log';
import { Contents } from '#mail/queue/claim/content';
import type { QueueOptions } from '#mail/queue/options';
import { dueNotices, queueNotices, type NoticeCandidate } from '#mail/queue/settle/notice';
import { ownResult } from '#mail/queue/settle/result';
import { writeEvents } from '#store/events/events';
import type { Queryable } from '#store/query/queryable';
import { claimedMessages, type ClaimedMessage } from '#store/queue/claim';
import { finishQueueMessages, LEASE_LOST, lockQueueMessages } from '#store/queue/conclude';
import { destinationsOf, type DestinationKey } from '#store/queue/enqueue';
import {
  concludeUntried,
  lookAgain,
  putOff,
  nextWatch,
  takeWatched,
  waitingOf,
  type NextLook,
  type Untried,
  type WaitingRecipient,
  type WatchedMessage,
} from '#store/queue/watch';
import { storeFailure } from '#store/writer/failure';
import { DatabaseError, type Statement } from '#store/writer/writer';
import { LOOK_AGAIN, lastReasonOf, overdueOf, reasonOf, type Overdue } from './overdue.ts';

export interface WatchOptions {
  readonly options: QueueOptions;
  /** Plans by keys. */
  readonly queue: Queryable;
  readonly wake: (destinations: readonly DestinationKey[]) => void;
  readonly freed: (blobIds: readonly string[]) => void;
  /** A look ended; the next may be due. */
  readonly looked: () => void;
}

/** Messages of one look. */
const LOOK_LIMIT = 50;
/** Messages in one transaction. */
const MESSAGES_PER_JOB = 16;
/** After a failure of the database, and after those that are due were in other hands. Calendar milliseconds. */
const PAUSE = 60_000;
/** Longest rest, since others may have said something meanwhile. */
const LONGEST_REST = 24 * 3_600_000;

/** Of one message: what is written. */
interface Told {
  readonly id: string;
  readonly untried: readonly Untried[];
  readonly events: readonly Event[];
  readonly statements: readonly Statement[];
  readonly bytes: number;
  readonly next: number;
}

export class Watch {
  readonly #context: WatchOptions;
  #looking: Promise<void> | undefined;
  #nextAt = 0;

  constructor(context: WatchOptions) {
    this.#context = context;
  }

  get isLooking(): boolean {
    return this.#looking !== undefined;
  }

  /** When to call `start` again; calendar milliseconds. */
  get nextAt(): number {
    return this.#nextAt;
  }

  /** Begins a look where one is due. */
  start(): void {
    const now = this.#now();
    if (this.#looking || now < this.#nextAt) return;
    this.#looking = this.#look(now)
      .catch((error: Error) => {
        this.#log.warn('queue.watch', { error: error.message });
        this.#nextAt = now + PAUSE;
      })
      .finally(() => {
        this.#looking = undefined;
        this.#context.looked();
      });
  }

  /** Resolves when no look is under way. */
  async close(): Promise<void> {
    await this.#looking;
  }

  get #log(): Log {
    return this.#context.options.log;
  }

  #now(): number {
    return this.#context.options.store.clock.now();
  }

  async #look(now: number): Promise<void> {
    const { options, queue } = this.#context;
    const { schedule } = options;
    const messages = await takeWatched(queue, {
      now,
      arrivedBy: now - schedule.delayNotice,
      again: now + LOOK_AGAIN,
      limit: LOOK_LIMIT,
    });
    if (messages.length > 0) await this.#judge(messages, now);
    const next = await nextWatch(queue, schedule.delayNotice);
    const latest = now + Math.min(schedule.delayNotice, LONGEST_REST);
    // what is due still after nothing was taken is in other hands
    const earliest = messages.length > 0 ? now : now + PAUSE;
    this.#nextAt = next === undefined ? latest : Math.min(latest, Math.max(next, earliest));
  }

  async #judge(messages: readonly WatchedMessage[], now: number): Promise<void> {
    const { options, queue } = this.#context;
    const ids = messages.map(({ id }) => id);
    const waiting = Map.groupBy(await waitingOf(queue, ids, now), ({ messageId }) => messageId);
    const quiet: NextLook[] = [];
    const overdue = new Map<string, Overdue>();
    for (const message of messages) {
      const found = overdueOf(options.schedule, message, waiting.get(message.id) ?? [], now);
      if (found.failed.length + found.delayed.length > 0) overdue.set(message.id, found);
      else quiet.push({ id: message.id, at: found.next });
    }
    if (quiet.length > 0) {
      await putOff(queue, quiet);
    }
    const ends = [...overdue];
    for (let i = 0; i < ends.length; i += MESSAGES_PER_JOB) {
      await this.#tell(new Map(ends.slice(i, i + MESSAGES_PER_JOB)), now);
    }
  }

  async #tell(overdue: ReadonlyMap<string, Overdue>, now: number): Promise<void> {
    const { pool } = this.#context.options.store;
    const stuck = [...overdue.values()].flatMap(({ failed, delayed }) => failed.concat(delayed));
    const messages = await claimedMessages(pool, {
      messageIds: stuck.map(({ messageId }) => messageId),
      recipientIds: stuck.map(({ recipientId }) => recipientId),
    });
    const contents = new Contents(pool, messages);
    const told: Told[] = [];
    // recipients with fields of their own are messages of their own here
    for (const [id, parts] of Map.groupBy(messages, (message) => message.id)) {
      const found = overdue.get(id)!;
      const all: Told[] = [];
      for (const part of parts) all.push(await this.#prepare(part, found, contents, now));
      told.push({
        id,
        untried: all.flatMap(({ untried }) => untried),
        events: all.flatMap(({ events }) => events),
        statements: all.flatMap(({ statements }) => statements),
        bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
        next: found.next,
      });
    }
    if (told.length > 0) await this.#write(told, now);
  }

  async #prepare(
    message: ClaimedMessage,
    { failed, delayed, next }: Overdue,
    contents: Contents,
    now: number,
  ): Promise<Told> {
    const { options } = this.#context;
    const untried: Untried[] = [];
    const candidates: NoticeCandidate[] = [];
    const events: Event[] = [];
    const add = (one: WaitingRecipient, fate: 'failed' | 'delayed'): void => {
      const recipient = message.recipients.find((each) => each.recipientId === one.recipientId);
      if (!recipient) return;
      const { recipientId, held } = one;
      const { status, text } = fate === 'failed' ? lastReasonOf(one) : reasonOf(one);
      untried.push({ messageId: message.id, recipientId, held, kind: fate, reply: text });
      const kind = fate === 'failed' ? 'failed' : held === null ? 'deferred' : 'held';
      candidates.push({ result: ownResult(recipient, kind, 'queue', status, text), fate });
      if (fate === 'failed') events.push(expired(message, recipient, now));
    };
    for (const one of failed) add(one, 'failed');
    for (const one of delayed) add(one, 'delayed');
    const notices = dueNotices(message, candidates);
    const head = () => contents.head(message);
    const context = { options, message, head, attemptId: undefined, now };
    const queued = await queueNotices(context, notices);
    return {
      id: message.id,
      untried,
      events: [...events, ...queued.events],
      statements: queued.statements,
      bytes: queued.bytes,
      next,
    };
  }

  async #write(batch: readonly Told[], now: number): Promise<void> {
    try {
      await this.#run(batch, now);
    } catch (error) {
      if (storeFailure(error) !== 'refused' || !(error instanceof DatabaseError)) throw error;
      if (batch.length > 1) {
        for (const one of batch) await this.#write([one], now);
        return;
      }
      // an attempt has it by now, or another node told of it; what is refused for another reason comes back as well
      if (error.code === LEASE_LOST) return;
      this.#log.error('queue.refused', {
        id: batch[0]!.id,
        error: error.message,
        code: error.code,
      });
    }
  }

  async #run(batch: readonly Told[], now: number): Promise<void> {
    const { options, wake, freed } = this.#context;
    const ids = batch.map(({ id }) => id);
    const events = batch.flatMap((one) => one.events);
    const results = await options.store.queueWriter.run({
      accounts: [],
      order: ids[0]!,
      bytes: batch.reduce((sum, { bytes }) => sum + bytes, 0),
      statements: [
        lockQueueMessages(ids),
        concludeUntried(
          batch.flatMap(({ untried }) => untried),
          now,
        ),
        ...batch.flatMap(({ statements }) => statements),
        ...(events.length > 0 ? [writeEvents(events)] : []),
        lookAgain(batch.map(({ id, next }) => ({ id, at: next }))),
        finishQueueMessages(ids),
      ],
    });
    const blobIds = results.at(-1)!.rows.map((row) => row['blobId'] as string);
    if (blobIds.length > 0) freed(blobIds);
    const queued = destinationsOf(results);
    if (queued.length > 0) wake(queued);
    options.concluded([], events);
  }
}

function expired(
  { id: messageId, tenantId, accountId, arrivedAt }: ClaimedMessage,
  { recipientId, forwardPath }: ClaimedMessage['recipients'][number],
  now: number,
): Event {
  const ids = {
    messageId,
    recipientId: String(recipientId),
    tenantId,
    ...(accountId !== null && { accountId }),
  };
  const hours = Math.round((now - arrivedAt) / 3_600_000);
  return event('recipient.expired', now, ids, { public: { hours }, personal: { forwardPath } });
}
