/** What lessons look at and act on. Built beside the server by whoever opens the practice Internet; tests build it around a server of theirs. */
import type { App } from '#lab/app/app';
import type { LabNetwork } from '#lab/network';
import type { Clock } from '#clock';
import type { Log } from '#log';
import type { Store } from '#store/open';

/** The learner's server, as its neighbours see it. */
export interface ServerPlace {
  readonly hostname: string;
  /** The domain of its first accounts. */
  readonly domain: string;
  /** Where its listeners are reached. */
  readonly address: string;
  readonly ports: {
    readonly smtp: number;
    readonly submission: number;
    readonly submissions: number;
  };
}

export interface LessonWorld {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly network: Pick<LabNetwork, 'addressOf' | 'has' | 'dialer'>;
  readonly server: ServerPlace;
  readonly random: (octets: number) => Uint8Array;
  /** Writes what waits in memory to be written: events of no message, dialogues of sessions. */
  readonly settle: () => Promise<void>;
  readonly app: App;
}

/** Whether a client is the learner: what the parties of the practice Internet do proves nothing. */
export function isLearner({ network }: Pick<LessonWorld, 'network'>, client: string): boolean {
  return !network.has(client) || client === network.addressOf('mail.example.test');
}
