/**
 * The clock of the practice Internet: a calendar that may run faster than the real one, or be put forward, so that a month of warm-up
 * takes minutes. It never goes back: message ids and mailboxes order by time. The monotonic half is the real one, so time-outs and leases
 * last as long as anywhere. Certificates are judged by real time, and do not ask this clock.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '#clock';

export interface ClockState {
  /** Real milliseconds at which the calendar showed `shown`. */
  readonly real: number;
  readonly shown: number;
  /** Milliseconds of the calendar in one real millisecond; 0: it stands still and moves by steps. */
  readonly rate: number;
}

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** `setTimeout` takes no longer; a sleeper looks again then. Milliseconds. */
const LONGEST = 60 * 60 * 1000;

export class LabClock implements Clock {
  readonly #real: Clock;
  readonly #sleepers = new Set<Sleeper>();
  #state: ClockState;
  #timer: NodeJS.Timeout | undefined;

  /** Runs as the real one does until it is told otherwise. */
  constructor(real: Clock) {
    this.#real = real;
    this.#state = { real: real.now(), shown: real.now(), rate: 1 };
  }

  get state(): ClockState {
    return this.#state;
  }

  now(): number {
    const { real, shown, rate } = this.#state;
    // the real calendar may be put back under us
    return shown + Math.max(0, this.#real.now() - real) * rate;
  }

  monotonic(): number {
    return this.#real.monotonic();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    // not at once: who sleeps in a loop must let others come in between
    if (ms <= 0) return turn();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper: Sleeper = { until: this.now() + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', wake, { once: true });
      this.#arm();
    });
  }

  /** From now on at this rate. @param rate 0 to 100,000 */
  run(rate: number): void {
    this.#set(this.now(), rate);
  }

  /** Moves on by `ms` at once; who slept until a time in between is woken. */
  step(ms: number): void {
    this.#set(this.now() + Math.max(0, ms), this.#state.rate);
  }

  /** Moves on to a time; one in the past changes nothing. */
  advanceTo(time: number): void {
    this.step(time - this.now());
  }

  #set(shown: number, rate: number): void {
    this.#state = { real: this.#real.now(), shown, rate };
    this.#ring();
  }

  #ring(): void {
    const now = this.now();
    for (const sleeper of [...this.#sleepers].toSorted((a, b) => a.until - b.until))
      if (sleeper.until <= now) sleeper.wake();
    this.#arm();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const { rate } = this.#state;
    if (this.#sleepers.size === 0 || rate === 0) return;
    const next = Math.min(...[...this.#sleepers].map(({ until }) => until));
    const wait = Math.min(LONGEST, Math.max(0, Math.ceil((next - this.now()) / rate)));
    this.#timer = setTimeout(() => this.#ring(), wait).unref();
  }
}
