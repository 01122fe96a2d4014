/**
 * The history of senders as this process sees it (docs/decisions/0027): asked about for every message, from memory where it can, and
 * counted in memory too, to be written together every few seconds. Nothing here is in a transaction that takes mail; what a kill loses is
 * statistics.
 *
 * Invariants: bounded memory, whatever comes; one question to the database at a time, with all that is asked meanwhile in the next;
 * a database that cannot be reached makes everybody a stranger, and nobody wait; a flood of new names is not written beyond the bounds.
 */
import type { Clock } from '#clock';
import type { Log } from '#log';
import { addressGroup } from '#mail/abuse/address-groups';
import { Counters } from '#mail/abuse/counters';
import { parseIp } from '#protocol/address/ip-address';
import type { Pool } from '#store/database/open';
import {
  countSenders,
  forgetSender,
  numberOfSenders,
  sendersAmong,
  sweepSenders,
  type NewCounts,
  type Sender,
} from '#store/reputation/sender-history';
import { knownAt, type CountedSender, type Known } from './known.ts';
import {
  ASKED_AT_ONCE,
  HOLDS,
  MOST_CACHED,
  MOST_NEW,
  MOST_PENDING,
  MOST_REPLAYED,
  MOST_SENDERS,
  MOST_WAITING,
  NEW_SLOT,
  RECOUNT_EVERY,
  REMEMBERED_FOR,
  ROOM_MADE,
  SWEEP_EVERY,
  WRITE_EVERY,
  WRITTEN_AT_ONCE,
} from './limits.ts';
import { faded, HALF_LIFE, NO_COUNTS, sumOf, type Counts } from './score.ts';

export interface HistoryOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
  /** Behind whose address may be everybody. */
  readonly isProtected: (address: string) => boolean;
}

interface Cached extends CountedSender {
  /** Monotonic. */
  readonly until: number;
}

interface Pending {
  readonly sender: Sender;
  counts: Counts;
  readonly isNew: boolean;
}

export class SenderHistory implements AsyncDisposable {
  readonly #options: HistoryOptions;
  readonly #cache = new Map<string, Cached>();
  readonly #wanted = new Map<string, { sender: Sender; answer: PromiseWithResolvers<void> }>();
  #isAsking = false;
  #pending = new Map<string, Pending>();
  #writing: Promise<void> = Promise.resolve();
  readonly #timer: NodeJS.Timeout;
  /** Names that each network brought first. */
  readonly #introduced = new Counters({
    slot: NEW_SLOT,
    capacity: MOST_CACHED,
    shareFrom: Infinity,
  });
  readonly #signatures = new Set<string>();
  #rows = 0;
  #recountAt = 0;
  #sweepAt = 0;
  /** Senders whose counts had no room, since the last line of the log about that. */
  #dropped = 0;
  #lost = false;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.flush(), WRITE_EVERY).unref();
  }

  /** The network that an address stands for; undefined where behind it may be everybody, or where it is none. */
  networkOf(address: string): Sender | undefined {
    if (parseIp(address) === undefined || this.#options.isProtected(address)) return undefined;
    return { kind: 'network', name: addressGroup(address) };
  }

  /** What is known of a sender: at once where it was asked for a moment ago. Never rejects. */
  of(sender: Sender): Known | Promise<Known> {
    const cached = this.#cached(keyOf(sender));
    if (cached !== undefined) return this.#known(sender, cached);
    return this.#load(sender).then(() => this.#known(sender, this.#cached(keyOf(sender))));
  }

  /** @param from the address of the client, which answers for new names */
  count(sender: Sender, counts: Partial<Counts>, from: string): void {
    const key = keyOf(sender);
    const { clock } = this.#options;
    const cached = this.#cached(key);
    const pending = this.#pending.get(key);
    if (pending !== undefined) pending.counts = sumOf(pending.counts, counts);
    else if (this.#pending.size >= MOST_PENDING) return void this.#dropped++;
    else {
      const isNew = cached?.counts === undefined && this.#mayIntroduce(from);
      this.#pending.set(key, { sender, counts: sumOf(NO_COUNTS, counts), isNew });
    }
    if (cached !== undefined) this.#cache.set(key, withCounts(cached, counts, clock.now()));
  }

  /**
   * Whether a signature was counted before; it is from now on. Who has one signed message of somebody can send it to a thousand
   * mailboxes, and each would count for, or against, a signer who sent one.
   */
  isRepeated(signature: string): boolean {
    if (this.#signatures.has(signature)) return true;
    if (this.#signatures.size >= MOST_REPLAYED)
      this.#signatures.delete(this.#signatures.values().next().value!);
    this.#signatures.add(signature);
    return false;
  }

  /** Writes what was counted. Never rejects. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** False where nothing was known. @throws when the database is out of reach */
  async forget(sender: Sender): Promise<boolean> {
    await this.flush();
    this.#cache.delete(keyOf(sender));
    return forgetSender(this.#options.pool, sender);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  #known(sender: Sender, cached: Cached | undefined): Known {
    return knownAt(sender, cached, this.#options.clock.now());
  }

  #cached(key: string): Cached | undefined {
    const cached = this.#cache.get(key);
    return cached !== undefined && cached.until > this.#options.clock.monotonic()
      ? cached
      : undefined;
  }

  #load(sender: Sender): Promise<void> {
    const key = keyOf(sender);
    const wanted = this.#wanted.get(key);
    if (wanted !== undefined) return wanted.answer.promise;
    // so many wait only while the database does not answer
    if (this.#wanted.size >= MOST_WAITING) return Promise.resolve();
    const answer = Promise.withResolvers<void>();
    this.#wanted.set(key, { sender, answer });
    if (!this.#isAsking) void this.#ask();
    return answer.promise;
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    // what is asked in the same turn goes with it
    await Promise.resolve();
    while (this.#wanted.size > 0) {
      const asked = [...this.#wanted].slice(0, ASKED_AT_ONCE);
      try {
        await this.#askFor(asked.map(([, { sender }]) => sender));
      } catch (error) {
        this.#tellLost(error);
      }
      for (const [key, { answer }] of asked) {
        this.#wanted.delete(key);
        answer.resolve();
      }
    }
    this.#isAsking = false;
  }

  async #askFor(senders: readonly Sender[]): Promise<void> {
    const { pool, clock } = this.#options;
    const found = new Map(
      (await sendersAmong(pool, senders)).map((row) => [keyOf(row), row] as const),
    );
    const until = clock.monotonic() + HOLDS;
    for (const sender of senders) {
      const key = keyOf(sender);
      const row = found.get(key);
      const now = clock.now();
      const read = {
        counts: row?.counts,
        countedAt: row?.countedAt ?? now,
        firstSeen: row?.firstSeen ?? now,
        until,
      };
      const pending = this.#pending.get(key);
      this.#keep(key, pending === undefined ? read : withCounts(read, pending.counts, now));
    }
  }

  #keep(key: string, cached: Cached): void {
    this.#cache.delete(key);
    this.#cache.set(key, cached);
    if (this.#cache.size > MOST_CACHED) this.#cache.delete(this.#cache.keys().next().value!);
  }

  #mayIntroduce(from: string): boolean {
    if (this.#rows + this.#pending.size >= MOST_SENDERS) return false;
    return this.#introduced.add(addressGroup(from), this.#options.clock.now()) <= MOST_NEW;
  }

  async #write(): Promise<void> {
    const { pool, clock, log } = this.#options;
    const all = [...this.#pending.values()];
    this.#pending = new Map();
    try {
      for (let at = 0; at < all.length; at += WRITTEN_AT_ONCE) {
        const some: NewCounts[] = all
          .slice(at, at + WRITTEN_AT_ONCE)
          .map(({ sender: { kind, name }, counts, isNew }) => ({ kind, name, counts, isNew }));
        await countSenders(pool, some, clock.now(), HALF_LIFE);
      }
      if (all.length > 0) await this.#recount();
      if (this.#lost) log.info('reputation.back');
      this.#lost = false;
    } catch (error) {
      this.#tellLost(error);
    }
    if (this.#dropped > 0) log.warn('reputation.dropped', { senders: this.#dropped });
    this.#dropped = 0;
  }

  async #recount(): Promise<void> {
    const { pool, clock } = this.#options;
    const since = clock.monotonic();
    if (since < this.#recountAt) return;
    this.#recountAt = since + RECOUNT_EVERY;
    this.#rows = await numberOfSenders(pool);
    if (this.#rows < MOST_SENDERS && since < this.#sweepAt) return;
    this.#sweepAt = since + SWEEP_EVERY;
    const now = clock.now();
    const before = now - REMEMBERED_FOR;
    this.#rows -= await sweepSenders(pool, { before, most: ROOM_MADE, now, halfLife: HALF_LIFE });
  }

  /** Once, until it is back. */
  #tellLost(error: unknown): void {
    if (!this.#lost) this.#options.log.warn('reputation.lost', { error: (error as Error).message });
    this.#lost = true;
  }
}

function withCounts(cached: Cached, counts: Partial<Counts>, now: number): Cached {
  const before = cached.counts && faded(cached.counts, now - cached.countedAt);
  return {
    counts: sumOf(before ?? NO_COUNTS, counts),
    countedAt: now,
    firstSeen: before === undefined ? now : cached.firstSeen,
    until: cached.until,
  };
}

function keyOf({ kind, name }: Sender): string {
  return `${kind} ${name}`;
}
