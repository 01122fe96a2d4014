/** What the fuzzers of the protocols share. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface Fuzzed {
  readonly faults: readonly string[];
  /** The sessions at fault, or the first of them, for a file. */
  readonly session: unknown;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Octets in use by this process once garbage is gone. */
export function usedMemory(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
