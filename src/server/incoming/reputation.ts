/** The history of senders as the settings have it, and who counts in it. */
import type { Clock } from '#clock';
import type { Config } from '#config';
import type { Event } from '#events';
import type { Log } from '#log';
import type { Conduct } from '#mail/abuse/conduct';
import type { Guard } from '#mail/abuse/guard';
import { FilingObserver } from '#mail/receive/learn/reputation';
import { SenderHistory } from '#mail/reputation/history';
import type { Pool } from '#store/database/open';
import { sparing } from './greylist.ts';

export interface ReputationParts {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly pool: Pool;
  readonly guard: Guard;
  readonly note: (event: Event) => void;
}

export interface Reputation extends AsyncDisposable {
  /** Undefined where none is kept. */
  readonly history: SenderHistory | undefined;
  readonly filings: FilingObserver | undefined;
  /** How clients behave, with what of it makes history. */
  readonly conduct: Conduct;
  /** Who need not wait for the greeting. */
  readonly isKnown: (address: string) => boolean | Promise<boolean>;
}

export function reputationOf({
  config,
  log,
  clock,
  pool,
  guard,
  note,
}: ReputationParts): Reputation {
  const isProtected = (address: string) => guard.isProtected(address);
  const spares = sparing(config['receive.greylist_spare']);
  const isSpared = (address: string) => isProtected(address) || spares(address, []);
  if (!config['receive.reputation'])
    return {
      history: undefined,
      filings: undefined,
      conduct: guard,
      isKnown: isSpared,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  const history = new SenderHistory({ pool, clock, log, isProtected });
  const filings = new FilingObserver({ history, db: pool, clock, log, note });
  return {
    history,
    filings,
    conduct: countedIn(history, guard),
    isKnown: (address) => isSpared(address) || isGood(history, address),
    async [Symbol.asyncDispose]() {
      await filings.idle();
      await history[Symbol.asyncDispose]();
    },
  };
}

async function isGood(history: SenderHistory, address: string): Promise<boolean> {
  const network = history.networkOf(address);
  return network !== undefined && (await history.of(network)).standing === 'good';
}

/** Recipients that are not here are known before there is a message. */
function countedIn(history: SenderHistory, guard: Guard): Conduct {
  return {
    connected: (address, service) => guard.connected(address, service),
    mayReceive: (address) => guard.mayReceive(address),
    mayAddress: (address) => guard.mayAddress(address),
    noteTaken: (address) => guard.noteTaken(address),
    noteMisconduct(address, what) {
      guard.noteMisconduct(address, what);
      if (what !== 'unknown-recipient') return;
      const network = history.networkOf(address);
      if (network !== undefined) history.count(network, { unknown: 1 }, address);
    },
  };
}
