/** A practice Internet of a test's own: the second number of its addresses is held by the process, so that several run side by side. */
import { holdAddress, nobodyListens } from '../machine/held-address.ts';

const FIRST = 30;
const NETWORKS = 220;
/** A host that no practice Internet has. */
const HOLDER = '255.254';

let tried = process.pid;

/** @returns the first two numbers, `127.x`, of a network in which nobody listens, and that nobody else is given while this process lives */
export async function freeLabPrefix(): Promise<string> {
  for (let left = NETWORKS; left > 0; left--) {
    const prefix = `127.${FIRST + (tried++ % NETWORKS)}`;
    // the resolver of a practice Internet that was not asked for here listens for as long as it runs
    if (
      (await nobodyListens(`${prefix}.0.53`, 5353)) &&
      (await holdAddress(`${prefix}.${HOLDER}`, 5353))
    )
      return prefix;
  }
  throw new Error('no network is free');
}
