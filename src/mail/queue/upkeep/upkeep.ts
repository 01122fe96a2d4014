/**
 * What is done on the queue at the start and now and then, besides attempts: destinations that are out of line are found again, what
 * workers held that are gone or stand still is given back, and what is to be removed is taken out.
 */
import type { Clock } from '#clock';
import type { Log } from '#log';
import { isGone } from '#mail/queue/claim/worker-name';
import { expiredLeases, heldLeases, releaseLease } from '#store/queue/claim';
import { reconcileDestinations } from '#store/queue/destinations';
import type { QueuePool } from '#store/queue/pool';
import type { Removals } from './remove.ts';

const RECONCILE_EVERY = 30_000;
const REAP_EVERY = 5_000;

export interface UpkeepParts {
  readonly queue: QueuePool;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly removals: Pick<Removals, 'finish' | 'attemptEnded'>;
  readonly stopping: AbortSignal;
  /** Something may be due that was not before. */
  readonly found: () => void;
}

export class Upkeep {
  readonly #parts: UpkeepParts;
  readonly #timers: readonly NodeJS.Timeout[];

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
    this.#timers = [
      setInterval(() => void this.#reconcile(), RECONCILE_EVERY),
      setInterval(() => void this.#reap(), REAP_EVERY),
      setInterval(() => void this.#takeOut(() => parts.removals.finish()), REAP_EVERY),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** What is removed may have waited for the attempt. */
  attemptEnded(): Promise<void> {
    return this.#takeOut(() => this.#parts.removals.attemptEnded());
  }

  /** Finds what an earlier process left. */
  async begin(): Promise<void> {
    try {
      const gone = (await heldLeases(this.#parts.queue)).filter(({ node }) => isGone(node));
      for (const { token } of gone) await this.#giveBack(token);
    } catch (error) {
      this.#failed('queue.reap', error);
    }
    await this.#reap();
    await this.#takeOut(() => this.#parts.removals.finish());
    await this.#reconcile();
  }

  async #reconcile(): Promise<void> {
    try {
      await reconcileDestinations(this.#parts.queue, this.#parts.clock.now());
      this.#parts.found();
    } catch (error) {
      this.#failed('queue.reconcile', error);
    }
  }

  async #takeOut(take: () => Promise<void>): Promise<void> {
    try {
      await take();
    } catch (error) {
      this.#failed('queue.removal', error);
    }
  }

  /** What is done now and then by itself and did not come about; at a stop that is no news. */
  #failed(name: string, error: unknown): void {
    if (this.#parts.stopping.aborted) return;
    this.#parts.log.warn(name, { error: (error as Error).message });
  }

  /** Nobody knows what became of the lease. */
  #giveBack(token: string): Promise<boolean> {
    return releaseLease(this.#parts.queue, token, { kind: 'neutral' }, this.#parts.clock.now());
  }

  /** Gives back what workers held that are gone or stand still. */
  async #reap(): Promise<void> {
    try {
      const tokens = await expiredLeases(this.#parts.queue);
      for (const token of tokens) await this.#giveBack(token);
      if (tokens.length > 0) this.#parts.found();
    } catch (error) {
      this.#failed('queue.reap', error);
    }
  }
}
