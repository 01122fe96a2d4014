/**
 * A lease as its holder sees it. It lasts by the clock of the database; here it is known to be ours until a time on the monotonic
 * clock, counted from before the question that gave it, so that a process that was stopped (SIGSTOP, a paused machine) asks before it
 * goes on. Renewed while the attempt lives.
 */
import type { Queryable } from '#store/blobs';
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
  #certainUntil: number;
  #lost = false;

  /** @param askedAt monotonic time before the claim was sent */
  constructor(db: Queryable, token: string, askedAt: number, monotonic: () => number) {
    this.#db = db;
    this.token = token;
    this.#monotonic = monotonic;
    this.#certainUntil = askedAt + CERTAIN;
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
  async renew(): Promise<boolean> {
    const askedAt = this.#monotonic();
    try {
      if (!(await renewLease(this.#db, this.token))) this.#lost = true;
      else this.#certainUntil = askedAt + CERTAIN;
      return !this.#lost;
    } catch {
      // the database is out of reach: it may come back before the lease ends
      return false;
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
