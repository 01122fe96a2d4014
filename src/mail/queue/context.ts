/** What an attempt works with: the queue's parts, and the two signals of a stop. */
import type { DestinationKey } from '#store/queue/enqueue';
import type { QueuePool } from '#store/queue/pool';
import type { FreshOctets } from './claim/fresh-octets.ts';
import type { Lingering } from './claim/lingering.ts';
import type { QueueOptions } from './options.ts';
import type { Recorder } from './settle/record.ts';

export interface AttemptContext {
  readonly options: QueueOptions;
  /** For claims and leases. */
  readonly queue: QueuePool;
  readonly recorder: Recorder;
  readonly fresh: FreshOctets;
  readonly lingering: Lingering;
  readonly wake: (destinations: readonly DestinationKey[]) => void;
  /** Begin no further message. */
  readonly stopping: AbortSignal;
  /** Send no further final dot. */
  readonly ended: AbortSignal;
}

/** Recipients that one claim takes. */
export const CLAIM_LIMIT = 100;
/** Recipients after which an attempt gives way to other destinations, though more are due. */
export const ATTEMPT_LIMIT = 1000;
/** The same by time, in monotonic milliseconds. */
export const ATTEMPT_TIME = 60_000;
