/**
 * Tells other nodes what was counted here, and learns what they counted, a round a second. While the database is out of reach
 * every node goes by what it knows; the round that was not answered is sent again as it was, and counts once.
 */
import type { Log } from '#log';
import { exchangeRound, type News, type Round, type SeenRounds } from '#store/abuse/exchange';
import type { Pool } from '#store/database/open';
import type { Bans } from './bans.ts';
import type { Counters } from './counters.ts';
import type { KnownPlaces } from './known-places.ts';
import { ROUND_ROWS } from './limits.ts';

export interface ExchangeOptions {
  readonly pool: Pool;
  /** Of this process and of none before it. */
  readonly node: string;
  readonly now: () => number;
  readonly log: Log;
  /** By the number that stands for them in the table; what matters most first. */
  readonly counters: readonly Counters[];
  readonly bans: Bans;
  readonly places: KnownPlaces;
}

export class Exchange {
  /** Processes that share the limits. */
  nodes = 1;
  readonly #options: ExchangeOptions;
  #seen: SeenRounds = new Map();
  #unanswered: Round | undefined;
  #number = 0;
  #running: Promise<void> | undefined;
  #lost = false;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /** Waits for the round under way, and for one that tells what is known now. */
  async flush(): Promise<void> {
    await this.#running;
    await this.round();
  }

  /** One round, or the end of the one under way. Never fails: what was not told is told later. */
  round(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    const { pool, node, log, now } = this.#options;
    this.#unanswered ??= this.#next();
    try {
      const news = await exchangeRound(pool, node, this.#unanswered, this.#seen, now());
      this.#unanswered = undefined;
      this.#seen = news.seen;
      this.nodes = news.nodes;
      this.#learn(news);
      if (this.#lost) log.info('abuse.exchange-back');
      this.#lost = false;
    } catch (error) {
      if (!this.#lost) log.warn('abuse.exchange-lost', { error: (error as Error).message });
      this.#lost = true;
    }
  }

  #next(): Round {
    const { counters, bans, places, now } = this.#options;
    const time = now();
    let left = ROUND_ROWS;
    const counts = counters.flatMap((one, counter) => {
      const changes = one.takeChanges(left, time);
      left -= changes.length;
      return changes.map(({ key, slot, amount }) => {
        const endsAt = (slot + 2) * one.slot;
        return { counter, key, slot, amount, endsAt };
      });
    });
    return {
      number: ++this.#number,
      counts,
      bans: bans.takeChanges(ROUND_ROWS),
      places: places.takeNew(ROUND_ROWS),
    };
  }

  #learn({ counts, bans }: News): void {
    const { counters, now, bans: known } = this.#options;
    for (const { counter, key, slot, amount } of counts)
      counters[counter]?.learn(key, slot, amount, now());
    for (const ban of bans) known.learn(ban);
  }
}
