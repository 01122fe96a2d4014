/** How a practice Internet is made: what its server hands to it, and what it hands on to its parties. */
import type { Log } from '#log';
import type { LabClock } from './clock.ts';

export interface WorldOptions {
  /** The first two numbers of every address. */
  readonly prefix: string;
  /** Of a world that is made now; one that is there keeps its own. */
  readonly seed: number;
  /** Of the server; it need not be there yet. */
  readonly dataDir: string;
  readonly log: Log;
  /** The learner's server: the port of the protocol → where it listens. */
  readonly ownPorts: ReadonlyMap<number, number>;
  readonly hostname: string;
  /** Every command of the command line, in words: `queue list`. */
  readonly commands?: () => Promise<readonly string[]>;
  /** What stays within reach although it is not on this machine: the host of the database, and of the content scanner. */
  readonly allowed: readonly string[];
  /** Of a world whose calendar begins elsewhere than now. */
  readonly clock?: LabClock;
}
