/**
 * Counts what came in the name of domains that ask for DMARC reports. A kind of message is told by things that whoever sends it chooses (names
 * in the envelope, selectors, addresses of IPv6), so that each domain has room for so many kinds a day, and all together have.
 */
import type { Clock } from '#clock';
import type { Log } from '#log';
import type { Pool } from '#store/database/open';
import { countSeen, forgetSeenBefore, seenDigest, type SeenKind } from '#store/reports/dmarc-seen';
import { dayOf } from '#store/tls-policy/sessions';
import { DayCounter } from './day-counter.ts';

export interface DmarcLedgerOptions {
  readonly pool: Pool;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** In a day and a process. */
const KINDS_OF_DOMAIN = 2_000;
const KINDS_OF_ALL = 20_000;

export class DmarcLedger implements AsyncDisposable {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #counter: DayCounter<SeenKind>;
  #day = '';
  /** Digests by domain. */
  #known = new Map<string, Set<string>>();
  #kinds = 0;

  constructor({ pool, clock, log }: DmarcLedgerOptions) {
    this.#clock = clock;
    this.#counter = new DayCounter({
      clock,
      log,
      name: 'dmarc-seen',
      write: (day, counts) =>
        countSeen(
          pool,
          day,
          counts.map(({ kind, count }) => ({ ...kind, messages: count })),
        ),
      forget: (before) => forgetSeenBefore(pool, before),
    });
  }

  note(kind: SeenKind): void {
    const { domain } = kind.policy;
    const digest = seenDigest(kind.row);
    if (this.#hasRoom(domain, digest)) this.#counter.note(kind, `${domain} ${digest}`);
    else this.#counter.drop();
  }

  /** Writes what was counted. Never rejects. */
  flush(): Promise<void> {
    return this.#counter.flush();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#counter[Symbol.asyncDispose]();
  }

  #hasRoom(domain: string, digest: string): boolean {
    const day = dayOf(this.#clock.now());
    if (day !== this.#day) {
      this.#day = day;
      this.#known = new Map();
      this.#kinds = 0;
    }
    let known = this.#known.get(domain);
    if (known?.has(digest) === true) return true;
    if (this.#kinds >= KINDS_OF_ALL || (known?.size ?? 0) >= KINDS_OF_DOMAIN) return false;
    if (known === undefined) this.#known.set(domain, (known = new Set()));
    known.add(digest);
    this.#kinds++;
    return true;
  }
}
