/**
 * A lease as its holder sees it. It lasts by the clock of the database; here it is known to be ours until a time on the monotonic
 * clock, counted from before the question that renewed it, so that a process that was stopped (SIGSTOP, a paused machine) asks before it
 * goes on. Renewed while the attempt lives, for the first time at its beginning: a claim alone may be undone by a crash of the database.
 */
import type { Queryable } from '#store/query/queryable';
import { LEASE_SECONDS, renewLease } from '#store/queue/claim';

const RENEW_EVERY = (LEASE_SECONDS / 3) * 1000;
/** So much before its end a lease counts as doubtful: what is sent now must have arrived by then. Milliseconds. */
const MARGIN = 10_000;
const CERTAIN = LEASE_SECONDS * 1000 - MARGIN;

export class Lease implements Disposable {
  readonly token: string;
  readonly #db: Queryable;
  readonly #monotonic: () => number;
  readonly #timer: NodeJS.Timeout;
  #certainUntil = -Infinity;
  #renewal: Promise<boolean> | undefined;
  #lost = false;

  constructor(db: Queryable, token: string, monotonic: () => number) {
    this.#db = db;
    this.token = token;
    this.#monotonic = monotonic;
    this.#timer = setInterval(() => void this.renew(), RENEW_EVERY);
    this.#timer.unref();
  }

  /** Known to be another's by now. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Whether what was claimed is still ours: the question before every final dot. */
  holds(): boolean | Promise<boolean> {
    if (this.#lost) return false;
    return this.#monotonic() < this.#certainUntil || this.renew();
  }

  /** Makes it last from now on. False when it is another's, or nobody can tell. */
  renew(): Promise<boolean> {
    this.#renewal ??= this.#ask().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #ask(): Promise<boolean> {
    const askedAt = this.#monotonic();
    try {
      if (!(await renewLease(this.#db, this.token))) this.#lost = true;
      else this.#certainUntil = askedAt + CERTAIN;
      // the process may have stood still meanwhile
      return !this.#lost && this.#monotonic() < this.#certainUntil;
    } catch {
      // the database is out of reach: it may come back before the lease ends
      return false;
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
