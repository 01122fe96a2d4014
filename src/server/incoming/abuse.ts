/** The guard against abuse, from the settings and the parts of the server. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '#clock';
import type { Config } from '#config';
import type { Event } from '#events';
import type { Log } from '#log';
import { Guard } from '#mail/abuse/guard';
import { protectedAddresses } from '#mail/abuse/protected';
import { parseNetworks, type Networks } from '#protocol/address/network';
import { defaultGateways } from '#servers/net/gateways';
import type { SendingLimits } from '#store/abuse/daily-limits';
import type { Store } from '#store/database/open';

export interface GuardParts {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly store: Store;
  /** Of the installation. */
  readonly secret: Uint8Array;
  readonly isOwnAddress: (address: string) => boolean;
  /** Undefined: as everywhere. */
  readonly isPrivate: ((address: string) => boolean) | undefined;
  readonly note: (event: Event) => void;
}

const LISTENERS = ['smtp', 'submission', 'submissions', 'imap', 'imaps'] as const;

/** Started: it knows what the other nodes know. */
export async function startGuard(parts: GuardParts): Promise<Guard> {
  const { config, log, clock, store, secret, isOwnAddress, isPrivate, note } = parts;
  const trusted = [
    config['abuse.trusted'],
    ...LISTENERS.map((name) => config[`${name}.proxy_from`]),
  ].map(networksOf);
  const guard = new Guard({
    pool: store.pool,
    node: store.newId(),
    clock,
    log,
    secret,
    secretKey: randomBytes(32),
    isProtected: protectedAddresses({
      trusted,
      gateways: await defaultGateways(),
      isOwnAddress,
      isPrivate,
    }),
    rates: {
      connections: config['abuse.connections_a_minute'],
      messages: config['abuse.messages_a_minute'],
      recipients: config['abuse.recipients_a_minute'],
    },
    bans: config['abuse.bans'],
    note,
  });
  await guard.start();
  return guard;
}

/** Of accounts that have no limits of their own. */
export function sendingLimitsOf(config: Config): SendingLimits {
  return {
    messages: config['submission.messages_a_day'],
    newRecipients: config['submission.new_recipients_a_day'],
    messagesAMinute: config['submission.messages_a_minute'],
    messagesAnHour: config['submission.messages_an_hour'],
  };
}

/** The settings were checked before. */
function networksOf(texts: readonly string[]): Networks {
  const read = parseNetworks(texts);
  return read.kind === 'networks' ? read.networks : { has: () => false };
}
