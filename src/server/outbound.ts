/** What the queue sends with, from the settings: options and resolver. */
import { randomBytes, randomInt } from 'node:crypto';
import { nowhereResolver } from '#clients/dns/nowhere';
import { readResolvConf } from '#clients/dns/resolv-conf';
import type { Resolver } from '#protocol/dns/resolver';
import { parseServerList, type DnsServer } from '#clients/dns/servers';
import { StubResolver } from '#clients/dns/stub-resolver';
import { tcpDialer, type Dialer } from '#clients/smtp/dial';
import { SMTP_CLIENT_LIMITS } from '#clients/smtp/limits';
import type { Clock } from '#clock';
import type { Config, Mode } from '#config';
import type { Event } from '#events';
import type { Log } from '#log';
import type { QueueOptions } from '#mail/queue/options';
import type { TlsPolicyParts } from '#mail/tls-policy/secure-hosts';
import type { Directory } from '#store/directory/directory';
import type { Store } from '#store/open';

export interface OutboundSettings {
  readonly mode: Mode;
  readonly config: Config;
  readonly log: Log;
  readonly isOwnAddress: QueueOptions['isOwnAddress'];
  readonly tlsPolicy: TlsPolicyParts;
  /** TCP, unless another one is handed in. */
  readonly dialer?: Dialer;
  /** PEM, instead of the system's roots: always the same array. */
  readonly trustedRoots?: readonly string[] | undefined;
  /** In a network of its own: which domains are there. Mail for them goes by MX, for others it is held. */
  readonly hasDomain?: (domain: string) => boolean;
  /** Jitter and the order of equal hosts, from 0 to below 1; chance, unless another one is handed in. */
  readonly random?: (() => number) | undefined;
}

/** What the queue works with. */
export function queueOptions(
  {
    mode,
    config,
    log,
    dialer,
    isOwnAddress,
    tlsPolicy,
    hasDomain,
    trustedRoots,
    random,
  }: OutboundSettings,
  resolver: Resolver,
  store: Store,
  directory: Directory,
  happened: (events: readonly Event[]) => void,
): QueueOptions {
  return {
    store,
    directory,
    resolver,
    dialer: dialer ?? tcpDialer,
    limits: SMTP_CLIENT_LIMITS,
    log,
    random: random ?? Math.random,
    randomBytes,
    hostname: config.hostname,
    ownNames: new Set([config.hostname]),
    isOwnAddress,
    tlsPolicy,
    ...(trustedRoots && { ca: trustedRoots }),
    sealsForwards: config['forward.arc_seal'],
    attempts: config['queue.attempts'],
    schedule: {
      firstRetry: config['queue.first_retry'],
      longestGap: config['queue.longest_gap'],
      lifetime: config['queue.lifetime'],
      delayNotice: config['queue.delay_notice'],
    },
    sourceAddresses: config['queue.source_addresses'],
    unrouted: unroutedBy(mode, hasDomain),
    delivery: config.delivery,
    languages: config.lang === 'ja' ? ['ja', 'en'] : ['en', 'ja'],
    concluded: (accountIds, events) => {
      for (const id of accountIds) store.notices.say(`account:${id}`);
      happened(events);
    },
  };
}

function unroutedBy(
  mode: Mode,
  hasDomain: OutboundSettings['hasDomain'],
): QueueOptions['unrouted'] {
  if (hasDomain !== undefined) return (domain) => (hasDomain(domain) ? 'deliver' : 'hold');
  return () => (mode === 'dev' ? 'hold' : 'deliver');
}

/** In dev nothing is asked outside this machine unless a resolver is named. */
export async function dnsServersOf(
  mode: Mode,
  config: Config,
): Promise<readonly DnsServer[] | undefined> {
  if (config.dns.length > 0) return parseServerList(config.dns.join(' '), config.dns_trusted)!;
  return mode === 'dev' ? undefined : readResolvConf();
}

export function openResolver(servers: readonly DnsServer[] | undefined, clock: Clock): Resolver {
  if (servers === undefined) return nowhereResolver;
  return new StubResolver({ servers, clock, randomId: () => randomInt(0x1_0000) });
}
