/** What is done when a day of the calendar is over, soon after midnight or when somebody puts the calendar forward: never two rounds at once. */
import type { Clock } from '#clock';
import type { Log } from '#log';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

export interface DayRounds {
  /**
   * Moves the calendar and does the round of the days that are then over.
   * @returns what came of it, and of a round that the calendar itself began meanwhile: whichever is first does the work of both
   */
  over(move: () => Promise<void>): Promise<number>;
  /** Resolves once no round goes on. */
  idle(): Promise<void>;
  /** Resolves after the signal, once no round goes on. */
  readonly ended: Promise<void>;
}

/** @param round what it made, counted */
export function dayRounds(
  clock: Clock,
  log: Log,
  signal: AbortSignal,
  round: () => Promise<number>,
): DayRounds {
  let made = 0;
  let last: Promise<void> = Promise.resolve();
  const next = (): Promise<void> => {
    const done = last.then(async () => {
      made += await round();
    });
    last = done.catch(() => {});
    return done;
  };
  const eachDay = async (): Promise<void> => {
    while (!signal.aborted) {
      const midnight = (Math.floor(clock.now() / DAY) + 1) * DAY;
      await clock.sleep(midnight + MINUTE - clock.now(), signal);
      if (signal.aborted) break;
      await next().catch((error: unknown) =>
        log.warn('lab.day-not-ended', { error: (error as Error).message }),
      );
    }
    await last;
  };
  return {
    async over(move) {
      await last;
      const before = made;
      await move();
      await next();
      return made - before;
    },
    idle: () => last,
    ended: eachDay(),
  };
}
