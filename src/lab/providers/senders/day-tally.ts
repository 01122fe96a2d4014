/** How often things happened today, by the calendar; forgotten when the day ends. */

const DAY = 24 * 60 * 60 * 1000;
/** People and senders of one day; what is beyond is not counted. */
const MOST_KEYS = 50_000;

export class DayTally {
  readonly #now: () => number;
  #counts = new Map<string, number>();
  #day = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Days since 1970. */
  get day(): number {
    return Math.floor(this.#now() / DAY);
  }

  count(key: string): number {
    const { day } = this;
    if (day !== this.#day) {
      this.#day = day;
      this.#counts = new Map();
    }
    return this.#counts.get(key) ?? 0;
  }

  /** One more, or several. @returns how many there were before */
  add(key: string, more = 1): number {
    const before = this.count(key);
    if (this.#counts.size < MOST_KEYS || before > 0) this.#counts.set(key, before + more);
    return before;
  }
}
