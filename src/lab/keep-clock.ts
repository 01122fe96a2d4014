/**
 * The calendar of the practice Internet across restarts: it goes on from where it was, at the pace of real time, so that a night in which
 * the machine slept is a night, however fast the calendar ran before.
 */
import type { Log } from '#log';
import type { Pool } from '#store/database/open';
import { keepWorld, readWorld, type WorldRow } from '#store/lab/world';
import type { ClockState, LabClock } from './clock.ts';

/** While the calendar runs fast it is written down this often: a kill must not put it back. Real milliseconds. */
const EVERY = 5000;

/** Where the calendar goes on. @param real now */
export function resumedAt(last: ClockState, real: number): number {
  const away = Math.max(0, real - last.real);
  // ran on after it was last written down, unknown how long
  const unseen = last.rate > 1 ? last.rate * EVERY : 0;
  return last.shown + away + unseen;
}

/** The clock goes on from what was kept, and is kept from here on. @param seed of a world that is made now */
export async function keepClock(
  { pool, clock, log, realNow }: Keeping,
  seed: number,
): Promise<KeptClock> {
  const known = await readWorld(pool);
  if (known !== undefined) clock.advanceTo(resumedAt(known.clock, realNow()));
  const world: Omit<WorldRow, 'clock'> = { seed: known?.seed ?? seed };
  const keep = (rate?: number): Promise<void> =>
    keepWorld(pool, {
      ...world,
      clock: { real: realNow(), shown: clock.now(), rate: rate ?? clock.state().rate },
    });
  await keep();
  const timer = setInterval(() => {
    if (clock.state().rate === 1) return;
    keep().catch((error: Error) => log.warn('lab.clock-not-kept', { error: error.message }));
  }, EVERY).unref();
  return {
    seed: world.seed,
    keep: () => keep(),
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await keep(1).catch((error: Error) =>
        log.warn('lab.clock-not-kept', { error: error.message }),
      );
    },
  };
}

export interface Keeping {
  readonly pool: Pool;
  readonly clock: LabClock;
  readonly log: Log;
  readonly realNow: () => number;
}

export interface KeptClock extends AsyncDisposable {
  readonly seed: number;
  /** After each change of pace. */
  keep(): Promise<void>;
}
