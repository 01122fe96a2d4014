/**
 * How fast the follower may go, so that mail coming in and people reading it do not wait for the index: it works in short slices and
 * lets everything else go between them. How busy that is, it knows from the event loop: the time that it was active, less its own.
 * To who reads mail it gives way at once.
 * Called by follow.ts and what it calls.
 */
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

/** A slice ends at the next message after so long. Milliseconds. */
const SLICE = 8;
/** Shares of the time that are worked while the process is overloaded, and while it is busy or mail comes in. */
const OVERLOADED_SHARE = 0.05;
const BUSY_SHARE = 0.2;
/** Shares of the time that everything else takes. */
const OVERLOADED = 0.75;
const BUSY = 0.35;
/** Mail that came so long ago is still coming in, and who read so long ago still reads. Milliseconds. */
const LASTING = 1000;
/** Looks at the event loop this often. Milliseconds. */
const WINDOW = 100;
/** What one look tells counts this much against all before. */
const WEIGHT = 0.5;

export class Pace {
  readonly #monotonic: () => number;
  readonly #lastRead: () => number;
  /** Worked since the last rest, before `#since`. */
  #worked = 0;
  #since: number;
  #arrivedAt = -Infinity;
  #load = 0;
  #windowStart: number;
  #windowLoop = performance.eventLoopUtilization();
  #windowWork = 0;

  /** @param lastRead when mail was last read, by the same clock */
  constructor(monotonic: () => number, lastRead: () => number = () => -Infinity) {
    this.#monotonic = monotonic;
    this.#lastRead = lastRead;
    this.#since = this.#windowStart = monotonic();
  }

  /** Mail came in. */
  arrived(): void {
    this.#arrivedAt = this.#monotonic();
  }

  /** Waits for what others do; that is no work. */
  async wait<T>(promise: Promise<T>): Promise<T> {
    this.#worked += this.#monotonic() - this.#since;
    try {
      return await promise;
    } finally {
      this.#since = this.#monotonic();
    }
  }

  /** Call often; rests when the slice is over. */
  rest(signal: AbortSignal): Promise<void> | undefined {
    const worked = this.#worked + this.#monotonic() - this.#since;
    return worked < SLICE ? undefined : this.#rest(worked, signal);
  }

  async #rest(worked: number, signal: AbortSignal): Promise<void> {
    const share = this.#share();
    await nextTurn();
    if (share < 1)
      await delay(worked * (1 / share - 1), undefined, { signal, ref: false }).catch(() => {});
    this.#windowWork += worked;
    this.#worked = 0;
    this.#since = this.#monotonic();
    if (this.#since - this.#windowStart >= WINDOW) this.#look();
  }

  #share(): number {
    if (this.#load > OVERLOADED) return OVERLOADED_SHARE;
    const others = Math.max(this.#arrivedAt, this.#lastRead());
    return this.#monotonic() - others < LASTING || this.#load > BUSY ? BUSY_SHARE : 1;
  }

  #look(): void {
    const { active } = performance.eventLoopUtilization(this.#windowLoop);
    const others = Math.max(0, active - this.#windowWork) / (this.#since - this.#windowStart);
    this.#load += (Math.min(others, 1) - this.#load) * WEIGHT;
    this.#windowStart = this.#since;
    this.#windowLoop = performance.eventLoopUtilization();
    this.#windowWork = 0;
  }
}
