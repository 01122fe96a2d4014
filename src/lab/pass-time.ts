/**
 * Lets time of the calendar pass in steps, and after each waits until what fell due is done: retries, notices, answers of people. A single jump
 * over a day would skip the hours of warm-up plans, which send a part of the day in each.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from '#store/database/open';
import { nothingInLine } from '#store/lab/queue-idle';
import type { LabClock } from './clock.ts';

export interface Passing {
  readonly pool: Pool;
  readonly clock: LabClock;
  /** Resolves once the providers have sent what is due. */
  readonly settle: () => Promise<void>;
  /** The queue's own word, of attempts and of mail that was handed in a moment ago and is not in line yet. */
  readonly queueIsIdle: () => boolean;
}

/** Between two looks. Real milliseconds. */
const LOOK_EVERY = 25;
/** What takes longer is not waited for: a host that does not answer holds an attempt for minutes. Real milliseconds. */
const PATIENCE = 20_000;

/** @param by calendar milliseconds of one step */
export async function passTime(passing: Passing, milliseconds: number, by: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= by) {
    passing.clock.step(Math.min(by, left));
    await untilQuiet(passing);
  }
}

/** Resolves once nothing is due at this time of the calendar, at the queue and at the providers. */
export async function untilQuiet(passing: Passing): Promise<void> {
  const { clock, settle } = passing;
  const deadline = clock.monotonic() + PATIENCE;
  // what the providers send may give the queue more to do, and the other way round
  for (let quiet = 0; quiet < 2 && clock.monotonic() < deadline;) {
    await settle();
    quiet = (await isQuiet(passing)) ? quiet + 1 : 0;
    if (quiet < 2) await delay(LOOK_EVERY);
  }
}

async function isQuiet({ pool, clock, queueIsIdle }: Passing): Promise<boolean> {
  return queueIsIdle() && (await nothingInLine(pool, clock.now())) && queueIsIdle();
}
