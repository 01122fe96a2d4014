/**
 * How fast the follower may go, so that mail coming in and people reading it do not wait for the index: it works in short slices and
 * rests between them. While it rests it sees how busy everything else keeps the process.
 * Called by follow.ts and what it calls.
 */
import { performance, type EventLoopUtilization } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

/** A slice ends at the next message after so long. Milliseconds. */
const SLICE = 8;
/** Shares of the time that are worked: while the process is overloaded, while it is busy or mail comes in, else. */
const OVERLOADED_SHARE = 0.05;
const BUSY_SHARE = 0.2;
const IDLE_SHARE = 0.9;
/** Shares of the time that everything else takes. */
const OVERLOADED = 0.75;
const BUSY = 0.35;
/** Mail that came so long ago is still coming in. Milliseconds. */
const ARRIVING = 1000;
/** A slice that was long because the database was slow is no reason to rest for minutes. Milliseconds. */
const LONGEST_REST = 2000;
/** What one rest tells counts this much against all before. */
const WEIGHT = 0.3;

export class Pace {
  readonly #monotonic: () => number;
  #sliceStart = 0;
  #load = 0;
  #arrivedAt = -Infinity;
  #before: EventLoopUtilization;

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
    this.#before = performance.eventLoopUtilization();
  }

  /** Work starts, or goes on after waiting for the database. */
  begin(): void {
    this.#sliceStart = this.#monotonic();
  }

  /** Mail came in. */
  arrived(): void {
    this.#arrivedAt = this.#monotonic();
  }

  /** Call often; rests when the slice is over. */
  rest(signal: AbortSignal): Promise<void> | undefined {
    return this.#monotonic() - this.#sliceStart >= SLICE ? this.#rest(signal) : undefined;
  }

  async #rest(signal: AbortSignal): Promise<void> {
    const now = this.#monotonic();
    const share = this.#share(now);
    this.#before = performance.eventLoopUtilization();
    const pause = Math.min((now - this.#sliceStart) * (1 / share - 1), LONGEST_REST);
    await delay(pause, undefined, { signal, ref: false }).catch(() => {});
    const { utilization } = performance.eventLoopUtilization(this.#before);
    this.#load += (utilization - this.#load) * WEIGHT;
    this.begin();
  }

  #share(now: number): number {
    if (this.#load > OVERLOADED) return OVERLOADED_SHARE;
    if (this.#load > BUSY || now - this.#arrivedAt < ARRIVING) return BUSY_SHARE;
    return IDLE_SHARE;
  }
}
