/**
 * Where mail for a domain goes: a configured route, or the domain's MX set (RFC 5321 §5.1, null MX by RFC 7505),
 * with every question, answer and rule on the way as a step. Whether a recipient is local is decided before.
 *
 * A recipient at an address literal (`user@[192.0.2.1]`) is refused unless a configured route takes the literal or
 * every domain: it names a machine past all that a domain says about its mail, and would let any account make this
 * server connect to an address of its choice. Called by the attempt, once per domain and attempt.
 */
import { addressFamily } from '#clients/dns/address';
import type { DnsFailure, FailureCause } from '#protocol/dns/resolver';
import type { DaneExpectation } from '#clients/smtp/dane';
import type { TlsPolicy } from '#clients/smtp/peer';
import type { HostPolicy } from '#mail/tls-policy/host-policy';
import type { Route } from '#store/directory/directory';
import { lookUpAddresses } from './addresses.ts';
import type { AddressOptions, HostAddress, HostAddresses } from './addresses.ts';
import { cutAtOwn, firstHosts, orderExchanges, screenExchanges } from './exchanges.ts';
import type { Exchange } from './exchanges.ts';
import { siteOfDomain, siteOfExchanges, siteOfRelay } from './site.ts';
import { askedStep } from './steps.ts';
import type { RouteStep } from './steps.ts';

export interface RouteHost {
  /** In lower-case A-labels: for SNI and certificates. */
  readonly name: string;
  /** 0 for a configured route and the implicit MX. */
  readonly preference: number;
  readonly port: number;
  readonly tls: TlsPolicy;
  /** In the order in which they are tried, never empty. */
  readonly addresses: readonly HostAddress[];
  /** The MX set (where there is one) and the addresses were validated by DNSSEC (RFC 7672 §2.2). */
  readonly authenticated: boolean;
  /** Where the aliases of its name lead, if it has some. */
  readonly canonicalName?: string;
  /** Set by `mail/tls-policy/`: what the certificate must match, for which name, and by whose policy. */
  readonly dane?: DaneExpectation;
  readonly serverName?: string;
  readonly policy?: HostPolicy;
  /** The author asks for TLS on the whole way (RFC 8689). */
  readonly requireTls?: true;
  readonly credentials?: { readonly username: string; readonly password: string };
}

/** Every result carries its steps; all but `hosts` an enhanced status code (RFC 3463). */
export type Routing =
  | {
      readonly kind: 'hosts';
      readonly site: string;
      /** By an operator's route, or by the domain's own word. */
      readonly by: 'route' | 'mx';
      /** In the order in which they are tried, never empty. */
      readonly hosts: readonly RouteHost[];
      readonly steps: readonly RouteStep[];
    }
  /** RFC 7505 §4.2 */
  | Failed<'null-mx', '5.1.10'>
  | Failed<'no-such-domain', '5.1.2'>
  /** 5.1.2 without MX and address, 5.4.4 where there is an MX set and none of its hosts has a usable address. */
  | Failed<'no-addresses', '5.1.2' | '5.4.4'>
  | Failed<'address-literal', '5.1.2'>
  /** The best exchange is ourselves, and the domain is not one of ours. */
  | Failed<'loops-to-self', '5.4.6'>
  | (Failed<'temporary', '4.4.3' | '4.4.4'> & {
      /** `route-host`: the host of a configured route has no address, which its operator can put right. */
      readonly cause: FailureCause | 'route-host';
      readonly text: string;
    });

interface Failed<K extends string, S extends string> {
  readonly kind: K;
  readonly status: S;
  readonly steps: readonly RouteStep[];
}

export interface RouteOptions extends AddressOptions {
  readonly routes: readonly Route[];
  /** The names by which this server is known to others, in lower-case A-labels. */
  readonly ownNames: ReadonlySet<string>;
  /** Whether an address is one of this server's. */
  readonly isOwnAddress: (address: string) => boolean;
}

const SMTP_PORT = 25;

/** Where to connect for a domain (lower-case A-labels, or an address literal with its brackets). Never throws for what the DNS says. */
export async function route(domain: string, options: RouteOptions): Promise<Routing> {
  const exact = options.routes.find((candidate) => candidate.domain === domain);
  const configured = exact ?? options.routes.find((candidate) => candidate.domain === '*');
  if (configured !== undefined) {
    return routeConfigured(configured, exact === undefined ? 'default' : 'exact', options);
  }
  if (domain.startsWith('[')) {
    const step: RouteStep = {
      key: 'route.address-literal',
      rfc: 'RFC 5321 §4.1.3',
      literal: domain,
    };
    return { kind: 'address-literal', status: '5.1.2', steps: [step] };
  }
  return routeByMx(domain, options);
}

async function routeConfigured(
  configured: Route,
  match: 'exact' | 'default',
  options: RouteOptions,
): Promise<Routing> {
  const { host: name, port, tls, username, password } = configured;
  const found = await relayAddresses(name, options);
  const steps: RouteStep[] = [
    { key: 'route.configured', match, host: name, port, tls },
    ...found.steps,
  ];
  if (found.kind === 'failed') return temporary(found.failure, steps);
  if (found.kind === 'none') {
    // The operator's mistake costs no mail: it waits until the route is right.
    const text = `The host ${name} of the configured route has no address.`;
    return { kind: 'temporary', status: '4.4.4', cause: 'route-host', text, steps };
  }
  const host: RouteHost = {
    name,
    preference: 0,
    port,
    tls,
    addresses: found.addresses,
    authenticated: found.authenticated,
    ...(username !== null && password !== null && { credentials: { username, password } }),
  };
  return { kind: 'hosts', site: siteOfRelay(name, port), by: 'route', hosts: [host], steps };
}

/** A relay is named by address or by a host name, whose addresses count, never its MX records. */
async function relayAddresses(name: string, options: AddressOptions): Promise<HostAddresses> {
  const known = {
    kind: 'addresses',
    canonicalName: name,
    authenticated: false,
    steps: [],
  } as const;
  const family = addressFamily(name);
  if (family !== undefined) return { ...known, addresses: [{ family, address: name }] };
  // RFC 6761 §6.3: never a matter for the DNS.
  if (name === 'localhost') {
    const addresses = [
      { family: 4, address: '127.0.0.1' },
      { family: 6, address: '::1' },
    ] as const;
    return { ...known, addresses };
  }
  return lookUpAddresses(name, options);
}

async function routeByMx(domain: string, options: RouteOptions): Promise<Routing> {
  const asking = options.signal === undefined ? {} : { signal: options.signal };
  const answer = await options.resolver.resolve(domain, 'MX', asking);
  const steps: RouteStep[] = [askedStep(domain, 'MX', answer)];
  if (answer.kind === 'failure') {
    return answer.cause === 'bad-name' ? noSuchDomain(steps) : temporary(answer, steps);
  }
  if (answer.aliases.length > 0) {
    const target = answer.canonicalName;
    steps.push({ key: 'route.domain-is-alias', rfc: 'RFC 5321 §5.1', name: domain, target });
  }
  if (answer.kind === 'nxdomain') return noSuchDomain(steps);
  if (answer.kind === 'no-data') {
    steps.push({ key: 'route.implicit-mx', rfc: 'RFC 5321 §5.1', name: domain });
    const itself = [{ name: domain, preference: 0 }];
    const target = { exchanges: itself, site: siteOfDomain(domain), implicit: true };
    return routeToHosts({ ...target, authenticated: answer.authenticated }, steps, options);
  }
  const exchanges = screenExchanges(answer.records, steps);
  if (exchanges === 'null-mx') return { kind: 'null-mx', status: '5.1.10', steps };
  if (exchanges.length === 0) return { kind: 'no-addresses', status: '5.4.4', steps };
  const ordered = orderExchanges(exchanges, options.random);
  const target = { exchanges: ordered, site: siteOfExchanges(exchanges), implicit: false };
  return routeToHosts({ ...target, authenticated: answer.authenticated }, steps, options);
}

interface Target {
  /** In the order in which they are tried. */
  readonly exchanges: readonly Exchange[];
  readonly site: string;
  /** The domain itself, in want of MX records. */
  readonly implicit: boolean;
  /** What the MX look-up answered was validated by DNSSEC. */
  readonly authenticated: boolean;
}

/** Looks the hosts up and keeps those to which mail can go; `steps` is continued. */
async function routeToHosts(
  target: Target,
  steps: RouteStep[],
  options: RouteOptions,
): Promise<Routing> {
  const byName = cutAtOwn(target.exchanges, ({ name }) => isOwnName(name, options), steps);
  const candidates = target.implicit ? byName : firstHosts(byName, steps);
  const lookedUp = await Promise.all(
    candidates.map(async ({ name, preference }) => ({
      name,
      preference,
      found: await lookUpAddresses(name, options),
    })),
  );
  for (const { name, found } of lookedUp) {
    steps.push(...found.steps, ...remarks(name, found, target.implicit));
  }
  const others = cutAtOwn(lookedUp, ({ found }) => leadsToUs(found, options), steps);
  const hosts = others.flatMap(({ name, preference, found }) =>
    found.kind === 'addresses'
      ? [mxHost(name, preference, found, found.authenticated && target.authenticated)]
      : [],
  );
  if (hosts.length > 0) return { kind: 'hosts', site: target.site, by: 'mx', hosts, steps };
  if (others.length === 0) return { kind: 'loops-to-self', status: '5.4.6', steps };
  const failed = others.map(({ found }) => found).find((found) => found.kind === 'failed');
  if (failed !== undefined) return temporary(failed.failure, steps);
  return { kind: 'no-addresses', status: target.implicit ? '5.1.2' : '5.4.4', steps };
}

function mxHost(
  name: string,
  preference: number,
  { addresses, canonicalName }: Extract<HostAddresses, { kind: 'addresses' }>,
  authenticated: boolean,
): RouteHost {
  return {
    name,
    preference,
    port: SMTP_PORT,
    tls: 'opportunistic',
    addresses,
    authenticated,
    ...(canonicalName !== name && { canonicalName }),
  };
}

/** What is to say about a host besides its addresses. */
function remarks(name: string, found: HostAddresses, implicit: boolean): readonly RouteStep[] {
  if (found.kind === 'addresses') {
    return implicit || found.canonicalName === name
      ? []
      : [
          {
            key: 'route.mx-is-alias',
            rfc: 'RFC 2181 §10.3',
            exchange: name,
            target: found.canonicalName,
          },
        ];
  }
  const reason = found.kind === 'failed' ? 'look-up-failed' : found.reason;
  return [{ key: 'route.host-skipped', rfc: 'RFC 5321 §5.1', name, reason }];
}

function isOwnName(name: string, options: RouteOptions): boolean {
  // RFC 6761 §6.3: to whoever asks, localhost is itself.
  return options.ownNames.has(name) || name === 'localhost';
}

function leadsToUs(found: HostAddresses, options: RouteOptions): boolean {
  if (found.kind !== 'addresses') return false;
  return (
    isOwnName(found.canonicalName, options) ||
    found.addresses.some(({ address }) => options.isOwnAddress(address))
  );
}

function noSuchDomain(steps: readonly RouteStep[]): Routing {
  return { kind: 'no-such-domain', status: '5.1.2', steps };
}

function temporary(failure: DnsFailure, steps: readonly RouteStep[]): Routing {
  return { kind: 'temporary', status: '4.4.3', cause: failure.cause, text: failure.text, steps };
}
