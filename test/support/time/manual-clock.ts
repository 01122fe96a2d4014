/**
 * A clock that stands still until a test moves it. The calendar and the monotonic time move together; sleepers wake in the order of
 * their times while it moves. Time of its own that a socket needs is the system's.
 */
import type { Clock } from '#clock';

export class ManualClock implements Clock {
  #now: number;
  readonly #start: number;
  readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();
  #watchers: (() => void)[] = [];

  constructor(now = Date.UTC(2026, 10, 24, 9)) {
    this.#now = now;
    this.#start = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now - this.#start;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = {
        at: this.#now + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake, { once: true });
      for (const watcher of this.#watchers.splice(0)) watcher();
    });
  }

  /** Moves on by so many milliseconds. */
  advance(ms: number): void {
    this.#now += ms;
    for (const sleeper of [...this.#sleepers].sort((a, b) => a.at - b.at)) {
      if (sleeper.at <= this.#now) sleeper.wake();
    }
  }

  /** Moves to the time of the first sleeper, once there is one: whatever waits for the calendar goes on. */
  async toNextSleeper(): Promise<void> {
    while (this.#sleepers.size === 0) {
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
    const at = Math.min(...[...this.#sleepers].map((sleeper) => sleeper.at));
    this.advance(Math.max(0, at - this.#now));
  }
}
