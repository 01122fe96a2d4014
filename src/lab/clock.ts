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

export interface LabClock extends Clock {
  state(): ClockState;
  /** From now on at this rate. @param rate 0 to 100,000 */
  run(rate: number): void;
  /** Moves on by `ms` at once; who slept until a time in between is woken. */
  step(ms: number): void;
  /** Moves on to a time; one in the past changes nothing. */
  advanceTo(time: number): void;
}

/** Runs as the real one does until it is told otherwise. */
export function labClock(real: Clock): LabClock {
  const sleepers = new Set<Sleeper>();
  let state: ClockState = { real: real.now(), shown: real.now(), rate: 1 };
  let timer: NodeJS.Timeout | undefined;

  const now = (): number => {
    const { real: since, shown, rate } = state;
    // the real calendar may be put back under us
    return shown + Math.max(0, real.now() - since) * rate;
  };
  const arm = (): void => {
    clearTimeout(timer);
    if (sleepers.size === 0 || state.rate === 0) return;
    const next = Math.min(...[...sleepers].map(({ until }) => until));
    const wait = Math.min(LONGEST, Math.max(0, Math.ceil((next - now()) / state.rate)));
    timer = setTimeout(ring, wait).unref();
  };
  const ring = (): void => {
    const time = now();
    for (const sleeper of [...sleepers].toSorted((a, b) => a.until - b.until))
      if (sleeper.until <= time) sleeper.wake();
    arm();
  };
  const set = (shown: number, rate: number): void => {
    state = { real: real.now(), shown, rate };
    ring();
  };
  const step = (ms: number): void => set(now() + Math.max(0, ms), state.rate);

  return {
    now,
    step,
    state: () => state,
    monotonic: () => real.monotonic(),
    run: (rate) => set(now(), rate),
    advanceTo: (time) => step(time - now()),
    sleep(ms, signal) {
      if (signal?.aborted === true) return Promise.resolve();
      // not at once: who sleeps in a loop must let others come in between
      if (ms <= 0) return turn();
      return new Promise((resolve) => {
        const wake = (): void => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper: Sleeper = { until: now() + ms, wake };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', wake, { once: true });
        arm();
      });
    },
  };
}
