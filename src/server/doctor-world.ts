/** The world as the doctor sees it, from the settings: for the command line, and for the round of the day in a server. */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { decodeUtf8 } from '#bytes';
import { askDelegation } from '#clients/dns/delegation';
import { nowhereResolver } from '#clients/dns/nowhere';
import { readResolvConf } from '#clients/dns/resolv-conf';
import { parseServerList, type DnsServer } from '#clients/dns/servers';
import { StubResolver } from '#clients/dns/stub-resolver';
import { httpsGet } from '#clients/https/get';
import { probesElsewhere, type PlaceOf } from '#clients/probe/elsewhere';
import { tcpProbes } from '#clients/probe/tcp-probes';
import { tcpDialer, type Dialer } from '#clients/smtp/dial';
import type { Clock } from '#clock';
import type { Config, Mode } from '#config';
import { readDoctorList } from '#config/doctor-list';
import { envName, FIELDS, KEYS, type Field } from '#config/fields';
import type { Context, DoctorSettings, Fetch } from '#mail/doctor/context';
import { PAGE_PATH } from '#mail/unsubscribe/offer';
import { hostFacts } from '#mail/doctor/host-facts';
import type { World } from '#mail/doctor/run';
import { isPrivateAddress } from '#mail/abuse/protected';
import type { ServerFacts } from '#mail/doctor/server-facts';
import type { Resolver } from '#protocol/dns/resolver';

/** Of this host; POP3 is never ours. */
const PORTS_OF_MAIL: DoctorSettings['otherPorts'] = [
  { name: 'smtp', port: 25, start: 'clear' },
  { name: 'submission', port: 587, start: 'clear' },
  { name: 'submissions', port: 465, start: 'implicit' },
  { name: 'imap', port: 143, start: 'clear' },
  { name: 'imaps', port: 993, start: 'implicit' },
  { name: 'pop3', port: 110, start: 'clear' },
  { name: 'pop3s', port: 995, start: 'implicit' },
];

export function doctorSettings(mode: Mode, config: Config): DoctorSettings {
  const named = config['doctor.addresses'];
  return {
    mode,
    hostname: config.hostname,
    outside: mode === 'serve' || config.dns.length > 0,
    resolvers: config.dns,
    resolversTrusted: config.dns_trusted,
    publicResolvers: config['doctor.public_resolver'],
    addresses: named.length > 0 ? named : config['queue.source_addresses'],
    timeServer: config['doctor.time_server'],
    mailExchanges: config['doctor.mail_exchanges'],
    dnsLists: config['doctor.dns_lists'].map((text) => readDoctorList(text)!),
    rdap: config['doctor.rdap'],
    nodeReleases: config['doctor.node_releases'],
    releases: config['doctor.releases'],
    probe: config['doctor.probe'],
    otherPorts: mode === 'serve' ? PORTS_OF_MAIL : [],
    issuer: config['doctor.issuer'],
    leaving: leavingOf(config),
    documentation: config['doctor.documentation'],
  };
}

function leavingOf(config: Config): string {
  if (!config['unsubscribe.offer']) return '';
  const url = config['unsubscribe.url'] || `https://${config.hostname}`;
  return `${url.replace(/\/$/, '')}${PAGE_PATH}doctor`;
}

export interface WorldParts {
  readonly settings: DoctorSettings;
  readonly dataDir: string;
  readonly clock: Clock;
  /** Undefined where no server runs. */
  readonly server: ServerFacts | undefined;
  readonly echo: Context['echo'];
  readonly challenge: Context['challenge'];
  readonly before: Context['before'];
  readonly domains: readonly string[];
  readonly secretPaths: readonly string[];
  readonly secretsInEnvironment: readonly string[];
  /** Instead of what the settings name: a declared zone, the practice Internet. */
  readonly resolver?: Resolver | undefined;
  /** Where the network is one of its own. */
  readonly network?: DoctorNetwork | undefined;
}

export interface DoctorNetwork {
  readonly dialer: Dialer;
  readonly placeOf: PlaceOf;
  readonly isOutside: (address: string) => boolean;
  /** PEM, instead of the system's. */
  readonly trustedRoots: readonly string[];
}

/** Each look-up of the doctor is answered within this, or not at all. Milliseconds. */
const DNS_TIMES = { timeouts: [1000, 1500], deadline: 3000, concurrency: 50 } as const;
const FETCH = { maxOctets: 4 * 1024 * 1024, timeoutMs: 6000 };

export async function doctorWorld(parts: WorldParts): Promise<World & Disposable> {
  const { settings, clock, server, network } = parts;
  const portOf = (address: string): number => network?.placeOf(address, 53).port ?? 53;
  const probes = tcpProbes(clock, network?.trustedRoots);
  const resolvers: StubResolver[] = [];
  const ask = (servers: readonly DnsServer[]): Resolver => {
    const resolver = new StubResolver({
      servers,
      clock,
      randomId: () => randomInt(0x1_0000),
      ...DNS_TIMES,
    });
    resolvers.push(resolver);
    return resolver;
  };
  const servers = settings.outside ? await serversOf(settings) : undefined;
  const local = parts.resolver ?? (servers ? ask(servers) : nowhereResolver);
  const believed =
    parts.resolver ??
    (servers ? ask(servers.map((one) => Object.assign({}, one, { trusted: true }))) : local);
  const others = parseServerList(settings.publicResolvers.join(' '));
  const direct = new Map<string, Resolver>();
  return {
    settings,
    server,
    domains: parts.domains,
    echo: parts.echo,
    challenge: parts.challenge,
    before: parts.before,
    host: hostFacts({
      dataDir: parts.dataDir,
      secretPaths: parts.secretPaths,
      secretsInEnvironment: parts.secretsInEnvironment,
      user: process.getuid?.(),
      nodeVersion: process.version,
      interfaces: networkInterfaces,
    }),
    isPrivate: (address) => isPrivateAddress(address) && network?.isOutside(address) !== true,
    dns: {
      local,
      believed,
      public: others && ask(others),
      at(address) {
        const known =
          direct.get(address) ?? ask([{ address, port: portOf(address), trusted: false }]);
        direct.set(address, known);
        return known;
      },
      delegation: (address, zone, signal) =>
        askDelegation({ address, port: portOf(address), trusted: false }, zone, {
          clock,
          randomId: () => randomInt(0x1_0000),
          timeouts: DNS_TIMES.timeouts,
          signal,
        }),
    },
    probes: network ? probesElsewhere(probes, network.placeOf) : probes,
    fetch: fetchBy(local, network),
    now: () => clock.now(),
    realNow: () => Date.now(),
    monotonic: () => clock.monotonic(),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    [Symbol.dispose]() {
      for (const resolver of resolvers) resolver[Symbol.dispose]();
    },
  };
}

async function serversOf(settings: DoctorSettings): Promise<readonly DnsServer[]> {
  const { resolvers, resolversTrusted } = settings;
  return parseServerList(resolvers.join(' '), resolversTrusted) ?? readResolvConf();
}

function fetchBy(resolver: Resolver, network: DoctorNetwork | undefined): Fetch {
  const dialer = network?.dialer ?? tcpDialer;
  return async (url, mediaType, signal) => {
    const { hostname, pathname, search } = new URL(url);
    let asked: string | undefined;
    const result = await httpsGet(hostname, pathname + search, {
      ...FETCH,
      resolver,
      dialer: {
        ...dialer,
        dial(target) {
          asked = target.address;
          return dialer.dial(target);
        },
      },
      ...(network && { ca: network.trustedRoots }),
      mayReach: () => true,
      mediaType,
      signal,
    });
    const by = asked === undefined ? {} : { by: asked };
    if (result.kind === 'failed')
      return { kind: 'failed', cause: `${result.reason}: ${result.detail}`, ...by };
    return { kind: 'fetched', body: decodeUtf8(result.bytes) ?? '', ...by };
  };
}

/** Where secrets lie for a container alone: whoever is in it may read them. */
const CONTAINER_SECRETS = '/run/secrets/';

/** Files that hold secrets by the settings: those of …_FILE names, and a file of settings with a secret in it. */
export function secretFilesIn(env: NodeJS.ProcessEnv): readonly string[] {
  const secret = KEYS.filter((key) => (FIELDS[key] as Field<unknown>).secret === true);
  const named = secret.flatMap((key) => env[`${envName(key)}_FILE`] ?? []);
  const settings = env['HIKYAKU_CONFIG'] ?? 'hikyaku.toml';
  return [...named, ...(holdsSecret(settings, secret) ? [settings] : [])]
    .filter((file) => !file.startsWith(CONTAINER_SECRETS))
    .map((file) => path.resolve(file));
}

function holdsSecret(file: string, secret: readonly string[]): boolean {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    // `[acme]` and then `eab_mac_key =`, or `acme.eab_mac_key =`
    const names = new Set(secret.map((key) => key.slice(key.lastIndexOf('.') + 1)));
    return lines.some((line) => {
      const [key = '', value = ''] = line.split('=', 2);
      const name = key.trim().split('.').at(-1)!.replaceAll('"', '');
      return names.has(name) && !/^\s*(""|'')?\s*(#.*)?$/.test(value);
    });
  } catch {
    // no such file, or none that this user reads: nothing of ours is in it
    return false;
  }
}

/** Names of secrets that stand in the environment themselves: a URL only where it has a password. */
export function secretsIn(env: NodeJS.ProcessEnv, mode: Mode): readonly string[] {
  return KEYS.filter((key) => (FIELDS[key] as Field<unknown>).secret === true)
    .filter((key) => !(mode === 'dev' && key === 'dev_password'))
    .map(envName)
    .filter((name) => {
      const value = env[name] ?? '';
      return name === 'DATABASE_URL' ? /:\/\/[^/@]*:[^/@]+@/.test(value) : value !== '';
    });
}
