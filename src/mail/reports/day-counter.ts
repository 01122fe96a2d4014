/**
 * Counts kinds of things by day of UTC, for reports: in memory, written together every few seconds. Bounded: what is over the bound until the
 * next writing is not counted, and the log says so. A crash loses what was not written yet.
 */
import type { Clock } from '#clock';
import type { Log } from '#log';
import { dayOf } from '#store/tls-policy/sessions';

export interface Counted<Kind> {
  readonly kind: Kind;
  readonly count: number;
}

export interface DayCounterOptions<Kind> {
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** Of the log: `tls-sessions`. */
  readonly name: string;
  /** Adds to what was counted; each kind stands once. */
  readonly write: (day: string, counts: readonly Counted<Kind>[]) => Promise<void>;
  /** Days that are no longer asked about. */
  readonly forget: (before: string) => Promise<void>;
}

const WRITE_EVERY = 5_000;
const MAX_KINDS = 10_000;
/** In one statement. */
const BATCH = 500;
/** Days that a report may still be asked about. */
const KEPT_DAYS = 35;
const DAY = 86_400_000;

interface Count<Kind> {
  kind: Kind;
  count: number;
}

export class DayCounter<Kind> implements AsyncDisposable {
  readonly #options: DayCounterOptions<Kind>;
  /** By day, then by key; within a day in the order in which they were noted last. */
  #days = new Map<string, Map<string, Count<Kind>>>();
  #kinds = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #forgotten = '';

  constructor(options: DayCounterOptions<Kind>) {
    this.#options = options;
  }

  /** @param key what makes the kind another one, as the table has it */
  note(kind: Kind, key: string): void {
    const kinds = this.#of(dayOf(this.#options.clock.now()));
    const counted = kinds.get(key);
    if (counted === undefined && this.#kinds >= MAX_KINDS) this.drop();
    else {
      if (counted === undefined) this.#kinds++;
      else kinds.delete(key);
      kinds.set(key, { kind, count: (counted?.count ?? 0) + 1 });
    }
    this.#timer ??= setTimeout(() => void this.flush(), WRITE_EVERY).unref();
  }

  /** One that is not counted. */
  drop(): void {
    this.#dropped++;
  }

  /** Writes what was counted. What the database does not take is tried again with the next writing. Never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
  }

  #of(day: string): Map<string, Count<Kind>> {
    let kinds = this.#days.get(day);
    if (kinds === undefined) this.#days.set(day, (kinds = new Map()));
    return kinds;
  }

  async #write(): Promise<void> {
    const { clock, log, name, write } = this.#options;
    const days = this.#days;
    this.#days = new Map();
    this.#kinds = 0;
    if (this.#dropped > 0) log.warn(`${name}.dropped`, { count: this.#dropped });
    this.#dropped = 0;
    for (const [day, kinds] of days) {
      const counts = [...kinds];
      for (let at = 0; at < counts.length; at += BATCH) {
        const batch = counts.slice(at, at + BATCH);
        try {
          await write(
            day,
            batch.map(([, count]) => count),
          );
        } catch (error) {
          log.warn(`${name}.not-written`, { error: (error as Error).message });
          this.#putBack(day, batch);
        }
      }
    }
    await this.#forget(dayOf(clock.now() - KEPT_DAYS * DAY));
  }

  #putBack(day: string, counts: readonly (readonly [string, Count<Kind>])[]): void {
    const kinds = this.#of(day);
    for (const [key, count] of counts) {
      const newer = kinds.get(key);
      if (newer) newer.count += count.count;
      else {
        this.#kinds++;
        kinds.set(key, count);
      }
    }
  }

  /** Once a day. */
  async #forget(day: string): Promise<void> {
    if (day === this.#forgotten) return;
    this.#forgotten = day;
    try {
      await this.#options.forget(day);
    } catch (error) {
      this.#options.log.warn(`${this.#options.name}.not-forgotten`, {
        error: (error as Error).message,
      });
    }
  }
}
