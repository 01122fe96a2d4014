/**
 * Collects garbage once the server has come to rest. V8 does so only while memory is asked for, so that what a busy hour left would be
 * held through the night: after 20,000 messages 100 MB. `bin/hikyaku` hands `gc` in (`--expose-gc`); without it nothing is done.
 */
import { getHeapStatistics } from 'node:v8';

const EVERY = 5000;
/** At rest is who worked for less than this part of the time since the last look. */
const AT_REST = 0.02;
/** Less growth than this is not worth a collection, nor is less than a quarter of what was held. */
const WORTH_IT = 16 * 1024 * 1024;

/**
 * Goes on to the end of the process and does not keep it alive.
 * @param every how often to look; milliseconds
 */
export function collectAtRest(every: number = EVERY): void {
  const collect = globalThis.gc;
  if (collect === undefined) return;
  let atLast = held();
  let before = performance.eventLoopUtilization();
  const look = (): void => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    if (utilization > AT_REST || held() - atLast < Math.max(WORTH_IT, atLast / 4)) return;
    // V8 keeps the pages that any other collection frees
    collect({ type: 'major', flavor: 'last-resort' });
    atLast = held();
  };
  setInterval(look, every).unref();
}

/** Octets of the heap with its free room, and of what its objects hold outside it. */
function held(): number {
  const { total_heap_size, external_memory } = getHeapStatistics();
  return total_heap_size + external_memory;
}
