/**
 * The queue of a process: claims what is due as long as an attempt has room, and runs the attempts. Woken by mail that was queued here
 * or elsewhere, by the calendar when the next recipient is due, by an attempt that ended, and now and then by itself. Any number of
 * processes work on one database; what they know of each other stands there.
 */
import { claim, releaseLease, releasePlanned, type Claim, type SiteMood } from '#store/queue/claim';
import { openQueuePool, type QueuePool } from '#store/queue/pool';
import { nextReadyAt } from '#store/queue/destinations';
import { LOCAL_SITE } from '#store/queue/enqueue';
import { WarmUpKeeper } from '#mail/warm-up/keeper';
import { Tally } from '#mail/warm-up/tally';
import { StoreUnavailable } from '#store/writer/writer';
import { attemptRemote } from './attempt/attempt.ts';
import { FreshOctets } from './claim/fresh-octets.ts';
import { Lease } from './claim/lease.ts';
import { Lingering } from './claim/lingering.ts';
import { Wakes } from './claim/wakes.ts';
import { workerName } from './claim/worker-name.ts';
import { CLAIM_LIMIT, type AttemptContext } from './context.ts';
import { attemptLocal } from './local/local.ts';
import type { Queue, QueueOptions } from './options.ts';
import { shuffled } from './route/exchanges.ts';
import { Recorder } from './settle/record.ts';
import { CleanUp } from './upkeep/clean-up.ts';
import { Removals } from './upkeep/remove.ts';
import { Upkeep } from './upkeep/upkeep.ts';
import { Watch } from './upkeep/watch.ts';

export type { Queue, QueueOptions } from './options.ts';

/** A ready destination that could not be taken is in other hands at this moment. */
const BUSY_PAUSE = 20;
/** One in so many attempts at once is kept from bulk mail. */
const KEPT = 5;
/** After a failure of the database. */
const FAILURE_PAUSE = 1_000;
const DEFAULT_GRACE = 5_000;

/** Starts delivering; returns at once. */
export function startQueue(options: QueueOptions): Queue {
  return new Worker(options);
}

class Worker implements Queue {
  readonly #options: QueueOptions;
  readonly #queue: QueuePool;
  readonly #recorder: Recorder;
  readonly #cleanUp: CleanUp;
  readonly #removals: Removals;
  readonly #warmUp: WarmUpKeeper;
  readonly #watch: Watch;
  readonly #fresh = new FreshOctets();
  readonly #lingering = new Lingering(() => this.#attempts.size < this.#options.attempts);
  readonly #wakes: Wakes;
  readonly #stopping = new AbortController();
  readonly #ended = new AbortController();
  readonly #attempts = new Set<Promise<void>>();
  readonly #upkeep: Upkeep;
  readonly #unlisten: () => void;
  readonly #loop: Promise<void>;
  #stopped: Promise<void> | undefined;
  #wakeUp: () => void = () => {};
  /** Something happened since the loop last looked. */
  #news = true;
  /** The loop sleeps until the calendar or news wakes it. */
  #rests = false;

  constructor(options: QueueOptions) {
    this.#options = options;
    const { store, log } = options;
    this.#queue = openQueuePool(store.connection, log);
    this.#cleanUp = new CleanUp(this.#queue, log);
    this.#wakes = new Wakes({ queue: this.#queue, store, lingering: this.#lingering, log }, () =>
      this.#look(),
    );
    this.#recorder = new Recorder({
      store,
      log,
      concluded: options.concluded,
      wake: (destinations) => this.wake(destinations),
      freed: (blobIds) => this.#cleanUp.add(blobIds),
    });
    this.#removals = new Removals({
      options,
      wake: (destinations) => this.wake(destinations),
      freed: (blobIds) => this.#cleanUp.add(blobIds),
    });
    this.#warmUp = new WarmUpKeeper({
      pool: store.pool,
      clock: store.clock,
      log,
      happened: (events) => options.concluded([], events),
      woken: () => {
        this.#look();
        store.notices.say('queue');
      },
    });
    this.#watch = new Watch({
      options,
      queue: this.#queue,
      wake: (destinations) => this.wake(destinations),
      freed: (blobIds) => this.#cleanUp.add(blobIds),
      looked: () => this.#look(),
    });
    this.#unlisten = store.notices.on('queue', () => this.#look());
    this.#upkeep = new Upkeep({
      queue: this.#queue,
      clock: store.clock,
      log,
      removals: this.#removals,
      stopping: this.#stopping.signal,
      found: () => this.#look(),
    });
    this.#loop = this.#upkeep.begin().then(() => this.#run());
  }

  get isIdle(): boolean {
    return (
      this.#rests &&
      !this.#news &&
      !this.#watch.isLooking &&
      this.#attempts.size === 0 &&
      this.#wakes.isIdle
    );
  }

  wake(destinations: Parameters<Queue['wake']>[0]): void {
    this.#wakes.add(destinations);
  }

  keep(messageId: string, octets: Uint8Array): void {
    this.#fresh.keep(messageId, octets);
  }

  remove(...asked: Parameters<Queue['remove']>): ReturnType<Queue['remove']> {
    return this.#removals.remove(...asked);
  }

  async stop(graceMs = DEFAULT_GRACE): Promise<void> {
    const grace = setTimeout(() => this.#ended.abort(), graceMs);
    this.#stopped ??= this.#halt();
    await this.#stopped;
    clearTimeout(grace);
  }

  async #halt(): Promise<void> {
    this.#unlisten();
    this.#upkeep.stop();
    this.#stopping.abort();
    this.#recorder.stop();
    this.#look();
    await this.#loop;
    await Promise.all(this.#attempts);
    await this.#removals.stop();
    await this.#watch.close();
    await this.#wakes.close();
    await this.#cleanUp.close();
    await this.#queue.end();
  }

  /** Makes the loop look again. */
  #look(): void {
    this.#news = true;
    this.#wakeUp();
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        this.#news = false;
        this.#watch.start();
        if (this.#attempts.size >= this.#options.attempts) await this.#sleep(undefined);
        else if (!(await this.#claim())) await this.#sleep(await this.#pause());
      } catch (error) {
        if (!isUnavailable(error)) {
          this.#options.log.error('queue.loop', { error: (error as Error).message });
        }
        await this.#sleep({ real: FAILURE_PAUSE });
      }
    }
  }

  /** Takes one destination and begins its attempt. False when none was ready. */
  async #claim(): Promise<boolean> {
    const { store, sourceAddresses, random } = this.#options;
    const { clock } = store;
    const token = store.newId();
    const claimed = await claim(this.#queue, {
      token,
      node: workerName(store.node),
      now: clock.now(),
      limit: CLAIM_LIMIT,
      // in another order each time: a site that has one attempt at once sees them all
      sources: sourceAddresses.length === 0 ? {} : { '': shuffled(sourceAddresses, random) },
      bulk: this.#hasRoomForBulk(),
    });
    if (!claimed) return false;
    if (claimed.planDue.length > 0) await this.#warmUp.seeTo(claimed.site, claimed.planDue);
    if (claimed.count === 0) return true;
    const lease = new Lease(this.#queue, token, () => clock.monotonic());
    const attempt = this.#attempt(claimed, lease).finally(() => {
      this.#attempts.delete(attempt);
      this.#look();
    });
    this.#attempts.add(attempt);
    return true;
  }

  /** Personal mail finds a place, whatever newsletter is on its way. */
  #hasRoomForBulk(): boolean {
    const { attempts } = this.#options;
    return this.#attempts.size < attempts - Math.floor(attempts / KEPT);
  }

  /** Runs an attempt to its end and gives the lease back. Never rejects. */
  async #attempt(claimed: Claim, lease: Lease): Promise<void> {
    const { log } = this.#options;
    const context: AttemptContext = {
      options: this.#options,
      queue: this.#queue,
      recorder: this.#recorder,
      fresh: this.#fresh,
      lingering: this.#lingering,
      wake: (destinations) => this.wake(destinations),
      stopping: this.#stopping.signal,
      ended: this.#ended.signal,
    };
    let mood: SiteMood = { kind: 'neutral' };
    const tally = claimed.planned ? new Tally() : undefined;
    try {
      mood = await (claimed.site === LOCAL_SITE
        ? attemptLocal(context, claimed, lease)
        : attemptRemote(context, claimed, lease, tally));
    } catch (error) {
      log.error('queue.attempt', { site: claimed.site, error: (error as Error).message });
    }
    lease[Symbol.dispose]();
    try {
      if (tally) await this.#releasePlanned(claimed, mood, tally);
      else await releaseLease(this.#queue, claimed.token, mood, this.#now());
    } catch (error) {
      // it ends by itself
      log.warn('queue.lease-kept', { site: claimed.site, error: (error as Error).message });
    }
    void this.#upkeep.attemptEnded();
  }

  /** The plan gets back what was not used, hears the replies, and reacts. */
  async #releasePlanned(claimed: Claim, mood: SiteMood, tally: Tally): Promise<void> {
    const replies = tally.counts();
    const day = await releasePlanned(this.#queue, claimed.token, mood, replies, this.#now());
    if (day) await this.#warmUp.heard(claimed, claimed.stream === 'bulk', replies, day);
  }

  /** How long to wait for the next destination. */
  async #pause(): Promise<Pause> {
    const readyAt = await nextReadyAt(this.#queue, this.#hasRoomForBulk());
    // what a look finds wakes the loop
    if (this.#watch.isLooking) return undefined;
    const ms = Math.min(readyAt ?? Infinity, this.#watch.nextAt) - this.#now();
    return ms > 0 ? { calendar: ms } : { real: BUSY_PAUSE };
  }

  /** Sleeps until something happens, or for a pause at most; `undefined` waits for something alone. */
  async #sleep(pause: Pause): Promise<void> {
    if (this.#news || this.#stopping.signal.aborted) return;
    const over = new AbortController();
    this.#rests = pause === undefined || 'calendar' in pause;
    await new Promise<void>((resolve) => {
      this.#wakeUp = resolve;
      if (pause === undefined) return;
      if ('real' in pause) setTimeout(resolve, pause.real).unref();
      else void this.#options.store.clock.sleep(pause.calendar, over.signal).then(resolve);
    });
    this.#rests = false;
    over.abort();
  }

  #now(): number {
    return this.#options.store.clock.now();
  }
}

/** Milliseconds of the calendar, or of real time. */
type Pause = { readonly calendar: number } | { readonly real: number } | undefined;

function isUnavailable(error: unknown): boolean {
  return error instanceof StoreUnavailable;
}
