/** What every part of the practice Internet stands on. */
import type { z } from 'zod';
import type { Log } from '#log';
import type { SessionWitness } from '#servers/smtp/settings';
import type { Pool, Store } from '#store/database/open';
import type { LabHost } from './addresses.ts';
import type { LabClock } from './clock.ts';
import type { LabNetwork } from './network.ts';

export interface Ground {
  readonly pool: Pool;
  readonly store: Store;
  /** The calendar of the practice Internet, which the learner's server goes by too; its monotonic half is the real one. */
  readonly clock: LabClock;
  readonly log: Log;
  readonly network: LabNetwork;
  /** The same seed, the same people and the same chances. */
  readonly seed: number;
  /** A folder of the practice Internet's own, below the data folder. It exists. */
  readonly folder: string;
  /** Who is told what is said to a host of it, beside the learner's server; undefined: nobody. */
  readonly witnessOf?: ((host: LabHost) => SessionWitness) | undefined;
}

/** One call of `hikyaku lab …`, answered by the running server: `run` is given what `input` made of what came. */
export interface LabCall {
  readonly input: z.ZodType;
  readonly run: (input: never) => Promise<object> | object;
}
