/** What was changed in the DNS, kept so that a restart loses nothing: written before it holds, one change after the other. */
import type { Pool } from '#store/database/open';
import { dropDnsFacts, readDnsFacts, writeDnsFact } from '#store/lab/dns';
import type { DnsFact } from '#store/lab/dns';
import { makeKey } from './dnssec/key.ts';
import type { KeptKey } from './dnssec/key.ts';
import { ROUNDS } from './publication.ts';

export type FactKind = 'zone' | 'delegation' | 'pointer' | 'key';

/** What the learner changed, without the keys of the houses. */
const LEARNERS: readonly FactKind[] = ['zone', 'delegation', 'pointer'];

export class Facts {
  readonly #pool: Pool;
  readonly #now: () => number;
  #last: Promise<unknown> = Promise.resolve();

  constructor(pool: Pool, now: () => number) {
    this.#pool = pool;
    this.#now = now;
  }

  read(): Promise<DnsFact[]> {
    return readDnsFacts(this.#pool);
  }

  /** Runs changes in turn: each sees what the one before came to. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  /**
   * Answers the time of the change, in milliseconds of the calendar.
   * @param ago for how long it has been so already
   */
  async write(kind: FactKind, name: string, value: unknown, ago = 0): Promise<number> {
    const now = this.#now();
    const fact = { kind, name, value, changedAt: new Date(now - ago) };
    await writeDnsFact(this.#pool, fact, new Date(now - ROUNDS.registry));
    return fact.changedAt.getTime();
  }

  async forgetLearner(): Promise<void> {
    await dropDnsFacts(this.#pool, LEARNERS);
  }

  /** The key of a house's zone: made once. */
  async keyFor(zone: string, known: readonly DnsFact[]): Promise<KeptKey> {
    const kept = known.find(({ kind, name }) => kind === 'key' && name === zone);
    if (kept !== undefined) return kept.value as KeptKey;
    const key = makeKey();
    await this.write('key', zone, key);
    return key;
  }
}
