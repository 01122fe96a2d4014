/** What a server of several processes says among them: the one that holds the ports, and the workers. */
import type { Config, Mode } from '#config';
import type { FirstAccounts } from '#mail/accounts/first-accounts';
import type { DoorName } from '#server/listeners/inherited-sockets';
import type { Answer } from '#servers/http/start';
import type { Store } from '#store/database/open';

export type ToWorker =
  | WorkerStart
  /** Comes with a socket. */
  | { readonly kind: 'connection'; readonly door: DoorName }
  | { readonly kind: 'ask'; readonly id: number; readonly question: Question }
  | { readonly kind: 'reload'; readonly config: Config }
  | { readonly kind: 'stop'; readonly grace: number };

export interface WorkerStart {
  readonly kind: 'start';
  readonly mode: Mode;
  /** With this worker's part of the limits. */
  readonly config: Config;
  readonly connection: Store['connection'];
  readonly holdsControl: boolean;
  /** For its log: a terminal's, with this number in each line. */
  readonly forPeople: boolean;
  readonly number: number;
  readonly doors: readonly HeldDoor[];
}

export interface HeldDoor {
  readonly name: DoorName;
  readonly address: string;
  readonly port: number;
}

export type Question =
  | {
      readonly kind: 'page';
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'figures' };

export type FromWorker =
  | { readonly kind: 'ready'; readonly firstAccounts: FirstAccounts }
  | { readonly kind: 'failed'; readonly message: string; readonly remedy: string }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer | readonly object[] }
  /** Its event loop turns. */
  | { readonly kind: 'alive' };

/** How often a worker says that it is alive. Milliseconds. */
export const ALIVE_EVERY = 2000;
