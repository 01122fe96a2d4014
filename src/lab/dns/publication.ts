/**
 * What is seen later than it was changed: values with the time from which each is seen. No timers; who asks says what time it is. Times are
 * milliseconds of the calendar.
 */
export class Published<T> {
  #versions: { readonly from: number; readonly value: T }[];

  constructor(value: T) {
    this.#versions = [{ from: -Infinity, value }];
  }

  at(now: number): T {
    return this.#versions.findLast(({ from }) => from <= now)?.value ?? this.#versions[0]!.value;
  }

  /** The last that was set, seen or not. */
  get newest(): T {
    return this.#versions.at(-1)!.value;
  }

  /** Seen from `from` on; what was to be seen at that time or later is not any more. Forgets what nobody sees at `now`. */
  set(value: T, from: number, now: number): void {
    const kept = this.#versions.filter((version) => version.from < from);
    const seen = kept.findLastIndex((version) => version.from <= now);
    this.#versions = [...kept.slice(Math.max(0, seen)), { from, value }];
  }
}

/** The next time at which something happens that happens every `period`: strictly after `now`. */
export function nextRound(now: number, period: number): number {
  return (Math.floor(now / period) + 1) * period;
}

/** How often who copies what was changed, in milliseconds of the calendar. */
export const ROUNDS = {
  /** The registry publishes its zone (NS, DS and glue of every domain). */
  registry: 5 * 60_000,
  /** The second server of the hosting company looks whether the first has a newer zone (the SOA's refresh). */
  transfer: 2 * 60_000,
  /** The provider of addresses publishes its reverse names. */
  reverse: 60_000,
} as const;
