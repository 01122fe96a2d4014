/**
 * Collects garbage once the server has come to rest, and where much has gathered while there is time for it. V8 does so only while memory
 * is asked for, so that what a busy hour left would be held through the night: after 20,000 messages 100 MB. `bin/hikyaku` hands `gc` in
 * (`--expose-gc`); without it nothing is done.
 */
import { getHeapStatistics } from 'node:v8';

const EVERY = 5000;
/** At rest is who worked for less than this part of the time since the last look. */
const AT_REST = 0.02;
/** Less growth than this is not worth a collection, nor is less than a quarter of what was held. */
const WORTH_IT = 16 * 1024 * 1024;
/** Who works for less than this part of the time has the tenth of a second that a collection takes, for so much growth, so often. */
const HAS_TIME = 0.5;
const MUCH = 32 * 1024 * 1024;
const SELDOM = 3;

/**
 * Goes on to the end of the process and does not keep it alive.
 * @param every how often to look; milliseconds
 */
export function collectAtRest(every: number = EVERY): void {
  const collect = globalThis.gc;
  if (collect === undefined) return;
  let atLast = held();
  let before = performance.eventLoopUtilization();
  let looks = 0;
  const look = (): void => {
    looks++;
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    const grown = held() - atLast;
    const isAtRest = utilization <= AT_REST && grown >= Math.max(WORTH_IT, atLast / 4);
    const isMuch = utilization <= HAS_TIME && grown >= MUCH && looks >= SELDOM;
    if (!isAtRest && !isMuch) return;
    // V8 keeps the pages that any other collection frees
    collect({ type: 'major', flavor: 'last-resort' });
    atLast = held();
    looks = 0;
  };
  setInterval(look, every).unref();
}

/** Octets of the heap with its free room, and of what its objects hold outside it. */
function held(): number {
  const { total_heap_size, external_memory } = getHeapStatistics();
  return total_heap_size + external_memory;
}
