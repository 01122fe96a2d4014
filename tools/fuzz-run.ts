/** What the fuzzers of the protocols share. */
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface Fuzzed {
  readonly faults: readonly string[];
  /** The sessions at fault, or the first of them, for a file. */
  readonly session: unknown;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** So often at most garbage is collected before what is left counts as used. */
const COLLECTIONS = 8;

/** Octets in use by this process once garbage is gone: what sockets and TLS hold goes only after what referred to it. */
export async function usedMemory(): Promise<number> {
  let least = Infinity;
  for (let done = 0; done < COLLECTIONS; done++) {
    collect();
    await turn();
    const { heapUsed, external } = process.memoryUsage();
    least = Math.min(least, heapUsed + external);
  }
  return least;
}

/** Waits until something holds. @param patience milliseconds @returns whether it does */
export async function comesTrue(holds: () => boolean, patience: number): Promise<boolean> {
  const end = performance.now() + patience;
  while (!holds()) {
    if (performance.now() > end) return false;
    await turn();
  }
  return true;
}
