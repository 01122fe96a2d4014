/**
 * A circuit breaker: after so many failures in a row nobody asks for a while, then one asks for all; each time that fails the while doubles.
 * What succeeds closes it again. Its changes are told once each, however many messages there are.
 */
export interface BreakerOptions {
  /** Milliseconds from a fixed point. */
  readonly monotonic: () => number;
  /** So many in a row open it. */
  readonly failures: number;
  /** Milliseconds. */
  readonly firstRest: number;
  readonly longestRest: number;
  readonly changed: (change: BreakerChange) => void;
}

export type BreakerChange =
  | { readonly kind: 'opened' }
  | {
      readonly kind: 'closed';
      /** Milliseconds since it opened, and how many were turned away meanwhile. */
      readonly after: number;
      readonly turnedAway: number;
    };

/** Leave to ask once; one of the three is called at the end, and only the first call counts. */
export interface Leave {
  succeeded(): void;
  failed(): void;
  /** Neither: it says nothing about who was asked. */
  undecided(): void;
}

export class Breaker {
  readonly #options: BreakerOptions;
  /** Failures in a row while it is closed. */
  #failures = 0;
  #open: Opened | undefined;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  /** Undefined: it is not to be asked now. */
  enter(): Leave | undefined {
    const open = this.#open;
    if (open === undefined) return this.#leave();
    if (open.probe !== undefined || this.#options.monotonic() < open.until) {
      open.turnedAway++;
      return undefined;
    }
    return (open.probe = this.#leave());
  }

  #leave(): Leave {
    let ended = false;
    const end = (how: () => void) => (): void => {
      if (ended) return;
      ended = true;
      how();
      if (this.#open?.probe === leave) this.#open.probe = undefined;
    };
    const leave: Leave = {
      succeeded: end(() => this.#close()),
      failed: end(() => this.#fail(leave)),
      undecided: end(() => {}),
    };
    return leave;
  }

  #fail(leave: Leave): void {
    const { monotonic, failures, firstRest, longestRest, changed } = this.#options;
    const open = this.#open;
    if (open === undefined) {
      if (++this.#failures < failures) return;
      const now = monotonic();
      const rest = firstRest;
      this.#open = { since: now, rest, until: now + rest, probe: undefined, turnedAway: 0 };
      changed({ kind: 'opened' });
    } else if (open.probe === leave) {
      // what was asked before it opened, and fails now, says nothing new
      open.rest = Math.min(open.rest * 2, longestRest);
      open.until = monotonic() + open.rest;
    }
  }

  #close(): void {
    this.#failures = 0;
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    const { monotonic, changed } = this.#options;
    changed({ kind: 'closed', after: monotonic() - open.since, turnedAway: open.turnedAway });
  }
}

interface Opened {
  readonly since: number;
  rest: number;
  until: number;
  /** The one that asks for all. */
  probe: Leave | undefined;
  turnedAway: number;
}
