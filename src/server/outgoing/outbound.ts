/** The way out: whom the server asks, which addresses are its own, how TLS with others must be, and the queue that sends. */
import { randomBytes, randomInt } from 'node:crypto';
import { networkInterfaces } from 'node:os';
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
import type { Queue, QueueOptions } from '#mail/queue/options';
import { ownAddresses } from '#mail/queue/route/own-addresses';
import { startQueue } from '#mail/queue/worker';
import { daneStanding } from '#mail/tls-policy/dane-standing';
import type { TlsPolicyParts } from '#mail/tls-policy/secure-hosts';
import type { Directory } from '#store/directory/directory';
import type { Surroundings } from '#server/surroundings';
import type { Store } from '#store/database/open';
import { startTlsPolicy } from './tls-policy.ts';

export interface OutboundParts {
  readonly mode: Mode;
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly store: Store;
  readonly directory: Directory;
  /** Instead of the configured resolver, and of TCP. */
  readonly given: { readonly resolver?: Resolver; readonly dialer?: Dialer };
  readonly surroundings: Surroundings | undefined;
  /** PEM, instead of the system's roots: always the same array. */
  readonly trustedRoots: readonly string[] | undefined;
  readonly happened: (events: readonly Event[]) => void;
}

export interface Outbound {
  readonly resolver: Resolver;
  readonly isOwnAddress: (address: string) => boolean;
  /** It runs, and is the caller's to stop. */
  readonly queue: Queue;
}

export async function openOutbound(
  parts: OutboundParts,
  stack: AsyncDisposableStack,
): Promise<Outbound> {
  const { mode, config, log, clock, store, directory, given, surroundings, trustedRoots } = parts;
  const servers = given.resolver ? undefined : await dnsServersOf(mode, config);
  const resolver = given.resolver ?? openResolver(servers, clock);
  if (resolver instanceof StubResolver) stack.use(resolver);
  const isOwnAddress = ownAddressesOf(config, clock, surroundings);
  const tlsPolicy = startTlsPolicy(
    {
      pool: store.pool,
      clock,
      log,
      resolver,
      dane: given.resolver ? 'on' : daneStanding(servers).kind,
      dialer: given.dialer,
      trustedRoots,
    },
    stack,
  );
  const settings: OutboundSettings = {
    mode,
    config,
    log,
    // the rest of the loopback is whoever asks: what else listens there may pass mail on into the real world
    isOwnAddress: (address) =>
      isOwnAddress(address) || surroundings?.isThisMachine(address) === true,
    tlsPolicy,
    ...(given.dialer && { dialer: given.dialer }),
    ...(surroundings && { hasDomain: surroundings.hasDomain }),
    trustedRoots,
    random: surroundings?.random,
  };
  const queue = startQueue(queueOptions(settings, resolver, store, directory, parts.happened));
  return { resolver, isOwnAddress, queue };
}

function ownAddressesOf(
  config: Config,
  clock: Clock,
  surroundings: Surroundings | undefined,
): Outbound['isOwnAddress'] {
  const sources = config['queue.source_addresses'];
  const isOwnOutside = ownAddresses({
    listen: config['smtp.address'],
    sources,
    interfaces: networkInterfaces,
    monotonic: () => clock.monotonic(),
  });
  // in a network of its own hosts are neighbours on one machine: only what is sent from is this server's
  return (address) =>
    surroundings?.isOutside(address) === true ? sources.includes(address) : isOwnOutside(address);
}

interface OutboundSettings {
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
function queueOptions(
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
    languages: noticeLanguages(config),
    concluded: (accountIds, events) => {
      for (const id of accountIds) store.notices.say(`account:${id}`);
      happened(events);
    },
  };
}

/** Of notices: the operator's first. */
export function noticeLanguages({ lang }: Pick<Config, 'lang'>): QueueOptions['languages'] {
  return lang === 'ja' ? ['ja', 'en'] : ['en', 'ja'];
}

function unroutedBy(
  mode: Mode,
  hasDomain: OutboundSettings['hasDomain'],
): QueueOptions['unrouted'] {
  if (hasDomain !== undefined) return (domain) => (hasDomain(domain) ? 'deliver' : 'hold');
  return () => (mode === 'dev' ? 'hold' : 'deliver');
}

/** In dev nothing is asked outside this machine unless a resolver is named. */
async function dnsServersOf(mode: Mode, config: Config): Promise<readonly DnsServer[] | undefined> {
  if (config.dns.length > 0) return parseServerList(config.dns.join(' '), config.dns_trusted)!;
  return mode === 'dev' ? undefined : readResolvConf();
}

function openResolver(servers: readonly DnsServer[] | undefined, clock: Clock): Resolver {
  if (servers === undefined) return nowhereResolver;
  return new StubResolver({ servers, clock, randomId: () => randomInt(0x1_0000) });
}
