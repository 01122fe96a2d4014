/**
 * Waits until all that is due at this time of the calendar is done. By conditions, not by time: the queue's own word that nothing is under way,
 * the database's that nothing is due, and that of the providers that nothing is to be sent; all three again, because each may have made work for
 * another. Nothing moves while the calendar stands, so that what is quiet stays quiet.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { queueHasDue } from '#store/lab/queue-idle';
import type { SimulatedWorld } from './world.ts';

/** Between two looks. Real milliseconds. */
const LOOK_EVERY = 2;
/** A peer on this machine that does not answer for so long never will. Real milliseconds. */
const PATIENCE = 120_000;

type Watched = Pick<SimulatedWorld, 'pool' | 'clock' | 'settle' | 'queueIsIdle' | 'ends'>;

/** @throws where it does not become quiet, a bug, and where the world ends */
export async function untilQuiet(world: Watched): Promise<void> {
  const { clock, settle, queueIsIdle, ends } = world;
  const deadline = clock.monotonic() + PATIENCE;
  for (let quiet = 0; quiet < 2;) {
    // asked first, because it costs nothing
    while (!queueIsIdle()) {
      if (clock.monotonic() > deadline) throw new Error('the simulation does not come to rest');
      await delay(LOOK_EVERY, undefined, { signal: ends });
    }
    await settle();
    quiet = (await isQuiet(world)) ? quiet + 1 : 0;
  }
}

async function isQuiet({ pool, clock, queueIsIdle }: Watched): Promise<boolean> {
  return queueIsIdle() && !(await queueHasDue(pool, clock.now())) && queueIsIdle();
}
