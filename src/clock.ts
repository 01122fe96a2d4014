/**
 * Two clocks, handed in as arguments. The calendar (schedules, quotas, retention, Date fields) may run fast in
 * the practice Internet; the monotonic one (I/O time-outs, leases, throttles) never does.
 */
import { setTimeout as delay } from 'node:timers/promises';

export interface Clock {
  /** The calendar, in milliseconds since 1970-01-01 UTC. */
  now(): number;
  /** Milliseconds from a fixed but unknown point; goes on while the process is stopped. */
  monotonic(): number;
  /**
   * Resolves once the calendar has moved on by `ms`, or at once when `signal` aborts: callers look at the
   * signal themselves. Does not keep the process alive.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** What a timer of Node can wait for: more it takes for a millisecond. A clock that was set back by months asks for that. */
const LONGEST_TIMER = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    try {
      let left = ms;
      do {
        const part = Math.min(left, LONGEST_TIMER);
        await delay(part, undefined, { ref: false, ...(signal && { signal }) });
        left -= part;
      } while (left > 0);
    } catch {
      // aborted: the caller sees it on the signal
    }
  },
};
