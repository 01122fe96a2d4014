/**
 * When a long search lets others work: after some milliseconds, for one turn of the event loop.
 * Called by servers/imap.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds. */
const WORK = 8;

/** @param look called at each pause; may reject to end the search */
export function pauses(
  monotonic: () => number,
  look: (done: number, total: number) => Promise<void> | undefined,
): (done: number, total: number) => Promise<void> | undefined {
  let since = monotonic();
  return (done, total) => {
    if (monotonic() - since < WORK) return undefined;
    return nextTurn()
      .then(() => look(done, total))
      .then(() => {
        since = monotonic();
      });
  };
}
