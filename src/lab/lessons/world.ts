/** What lessons look at and act on. Built beside the server by whoever opens the practice Internet; tests build it around a server of theirs. */
import type { App } from '#lab/app/app';
import type { LabCa } from '#lab/ca/start';
import type { LabClock } from '#lab/clock';
import type { LabDns } from '#lab/dns/start';
import type { BlockList } from '#lab/dnsbl/start';
import type { LabNetwork } from '#lab/network';
import type { Peer } from '#lab/peer/peer';
import type { Providers } from '#lab/providers/start';
import type { LearnersServer } from '#lab/learners-server';
import type { Clock } from '#clock';
import type { Log } from '#log';
import type { Resolver } from '#protocol/dns/resolver';
import type { Store } from '#store/database/open';

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
  readonly network: Pick<
    LabNetwork,
    'addressOf' | 'has' | 'dialer' | 'machineDialer' | 'localPort' | 'divert'
  >;
  readonly server: ServerPlace;
  readonly random: (octets: number) => Uint8Array;
  /** Writes what waits in memory to be written: events of no message, dialogues of sessions. */
  readonly settle: () => Promise<void>;
  readonly app: App;
  /** Aborted when the practice Internet ends: what a lesson keeps doing ends with it. */
  readonly ending: AbortSignal;
  /** The rest of the practice Internet. Undefined where a test has a server and nothing around it. */
  readonly around: Around | undefined;
  /** Every command of the command line, in words: `queue list`. */
  readonly commands?: (() => Promise<readonly string[]>) | undefined;
}

export interface Around {
  readonly dns: LabDns;
  readonly ca: LabCa;
  readonly blockList: BlockList;
  readonly providers: Providers;
  readonly peer: Peer;
  readonly resolver: Resolver;
  /** May be put forward. */
  readonly clock: LabClock;
  /** What the learner's server says of itself. @throws before it can be reached: a bug */
  readonly learner: () => LearnersServer;
}

/** For lessons that need it. @throws where there is none: a bug */
export function aroundOf({ around }: Pick<LessonWorld, 'around'>): Around {
  if (around === undefined) throw new Error('there is nothing around this server');
  return around;
}

/** Whether a client is the learner: what the parties of the practice Internet do proves nothing. */
export function isLearner({ network }: Pick<LessonWorld, 'network'>, client: string): boolean {
  return !network.has(client) || client === network.addressOf('mail.example.test');
}
