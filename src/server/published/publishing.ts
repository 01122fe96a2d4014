/** What is published for the domains here: the DNS plan, DKIM keys and their rotation, and what is served by HTTP and HTTPS. */
import { randomInt, X509Certificate } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { StubResolver } from '#clients/dns/stub-resolver';
import type { Clock } from '#clock';
import type { Config } from '#config';
import type { Event } from '#events';
import type { Log } from '#log';
import { isPrivateAddress } from '#mail/abuse/protected';
import { keepRetiredFor } from '#mail/dkim-keys/decide';
import { publicKeyDigest } from '#mail/certificates/x509';
import { lookAfterKeys, ROUND_EVERY } from '#mail/dkim-keys/keep';
import type { PlanSource } from '#mail/dns-plan/read-plan';
import type { PlannedAuthority, PlannedCertificate } from '#mail/dns-plan/facts';
import { keySha256 } from '#mail/dns-plan/plan-tls';
import type { ClientService } from '#mail/publish/client-settings';
import { publishingDesk, type PublishingDesk } from '#mail/publish/desk';
import { Sites } from '#mail/publish/sites';
import { webNames } from '#mail/publish/web-names';
import type { LeavingDesk } from '#mail/unsubscribe/leave';
import { caaNames, isWildcard } from '#protocol/caa/record-set';
import type { Resolver } from '#protocol/dns/resolver';
import { startPublicHttp, type PublicHttp } from '#servers/http/public/start';
import type { TlsIdentity } from '#servers/net/tls-context';
import { readAcmeAccount } from '#store/certificates/accounts';
import { currentCertificates } from '#store/certificates/certificates';
import type { Directory } from '#store/directory/directory';
import { certificateRequests } from '#store/certificates/requests';
import { listDomains } from '#store/directory/domains';
import { placeOf, type Doors } from '#server/listeners/doors';
import type { StartFailure } from '#server/failure';
import { keepRounds } from '#server/rounds';
import type { Store } from '#store/database/open';
import type { Certificates } from './certificates.ts';

export interface PublishingParts {
  readonly doors: Doors;
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly store: Store;
  readonly directory: Directory;
  readonly resolver: Resolver;
  /** Undefined: the usual one. */
  readonly nameServerPort?: number | undefined;
  readonly tls: { readonly current: TlsIdentity };
  readonly certificates: Pick<Certificates, 'challenges' | 'settings'>;
  readonly welcome: (address: string) => boolean;
  /** For readers who leave a list. */
  readonly leaving: LeavingDesk;
  readonly ports: {
    readonly submission: number;
    readonly submissions: number;
    readonly imap: number;
    readonly imaps: number;
  };
  readonly happened: (events: readonly Event[]) => void;
}

export interface Publishing extends AsyncDisposable {
  readonly kind: 'running';
  readonly desk: PublishingDesk;
  readonly ports: PublicHttp['ports'];
}

export async function startPublishing(parts: PublishingParts): Promise<Publishing | StartFailure> {
  const { config, log, clock, store, directory, resolver, tls, certificates, ports, doors } = parts;
  const source = planSource(parts);
  const services: readonly ClientService[] = [
    { protocol: 'imap', port: ports.imaps, tls: 'implicit' },
    { protocol: 'imap', port: ports.imap, tls: 'starttls' },
    { protocol: 'smtp', port: ports.submissions, tls: 'implicit' },
    { protocol: 'smtp', port: ports.submission, tls: 'starttls' },
  ];
  const http = await startPublicHttp({
    http: { ...placeOf(config, 'http'), door: doors.get('http') },
    https: { ...placeOf(config, 'https'), door: doors.get('https') },
    sites: new Sites({
      directory,
      host: config.hostname,
      services,
      leavingHost: URL.parse(config['unsubscribe.url'])?.hostname,
    }),
    unsubscribe: { desk: () => parts.leaving, lang: config.lang },
    challenges: certificates.challenges,
    tls,
    welcome: parts.welcome,
    clock,
    log,
  });
  if (http.kind === 'failed') return http;
  const keeper = {
    pool: store.pool,
    notices: store.notices,
    clock,
    log,
    resolver,
    settings: {
      rotateEvery: config['dkim.rotate_every'],
      keepRetired: keepRetiredFor(config['queue.lifetime']),
    },
    happened: parts.happened,
  };
  const rounds = new AsyncDisposableStack();
  keepRounds(
    {
      clock,
      every: ROUND_EVERY,
      round: (signal) => lookAfterKeys(keeper, signal),
      failed: ({ message }) => log.warn('dkim.not-looked-after', { error: message }),
    },
    rounds,
  );
  const servers = new Map<string, StubResolver>();
  const at = (address: string): Resolver => {
    const known =
      servers.get(address) ??
      new StubResolver({
        servers: [{ address, port: parts.nameServerPort ?? 53, trusted: false }],
        clock,
        randomId: () => randomInt(0x1_0000),
        cacheSize: 0,
        timeouts: [2000, 3000],
      });
    servers.set(address, known);
    return known;
  };
  return {
    kind: 'running',
    desk: publishingDesk({
      source,
      resolver,
      at,
      distrust: () => distrustOf(tls, config.hostname),
    }),
    ports: http.ports,
    async [Symbol.asyncDispose]() {
      await rounds.disposeAsync();
      for (const server of servers.values()) server[Symbol.dispose]();
      await http.stop();
    },
  };
}

/** Names under which something is served for the domains here, for certificates. */
export async function publishedNames(store: Store): Promise<readonly string[]> {
  const domains = await listDomains(store.pool);
  return domains.flatMap(({ name }) => Object.values(webNames(name)));
}

export type PlanParts = Pick<PublishingParts, 'config' | 'store' | 'clock' | 'tls' | 'ports'> & {
  readonly certificates: Pick<Certificates, 'settings'>;
};

/** What the DNS plan of a domain is made from; set-up reads plans by it too, before there is a server. */
export function planSource(parts: PlanParts): PlanSource {
  const { config, store, clock, tls, ports } = parts;
  const named = config['doctor.addresses'];
  const sources = config['queue.source_addresses'];
  return {
    pool: store.pool,
    host: config.hostname,
    addresses: () => (named.length > 0 ? named : publicAddresses()),
    sources,
    services: ports,
    certificates: () => mxCertificates(store, tls.current, config.hostname),
    authority: () => authorityOf(parts),
    now: () => clock.now(),
  };
}

function publicAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && !isPrivateAddress(address))
    .map(({ address }) => address);
}

/** The keys that senders may meet at the MX listener now (with SNI and without), and that of the certificate after. */
async function mxCertificates(
  store: Store,
  current: TlsIdentity,
  hostname: string,
): Promise<readonly PlannedCertificate[]> {
  const shown = [current, current.forName?.(hostname) ?? current];
  const stored = await currentCertificates(store.pool);
  const next = stored.flatMap(({ names, nextKey }) =>
    nextKey !== undefined && names.includes(hostname) ? [publicKeyDigest(nextKey)] : [],
  );
  return [
    ...shown.map((one) => ({ keySha256: keySha256(one.certificate), use: 'current' as const })),
    ...next.map((digest) => ({ keySha256: Buffer.from(digest, 'hex'), use: 'next' as const })),
  ];
}

/** Undefined where nothing is ordered, or who issues is not known by name. */
async function authorityOf({
  config,
  store,
  certificates: { settings },
}: Pick<PlanParts, 'config' | 'store' | 'certificates'>): Promise<PlannedAuthority | undefined> {
  const issuer = config['doctor.issuer'];
  if (settings === undefined || issuer === '') return undefined;
  const [account, requested, held] = await Promise.all([
    readAcmeAccount(store.pool, settings.directory),
    certificateRequests(store.pool),
    currentCertificates(store.pool),
  ]);
  const names = [...requested, ...held.map((one) => one.names)].flat();
  return {
    issuer,
    accountUri: account?.url,
    validationMethods: [settings.challenge.type],
    wildcards: [...new Set(names)].filter(isWildcard).map((name) => caaNames(name)[0]!),
  };
}

/** Why others would not trust what the MX listener shows, as far as the certificate itself tells. */
function distrustOf(tls: PublishingParts['tls'], hostname: string): string | undefined {
  const { current } = tls;
  const shown = current.forName?.(hostname) ?? current;
  const certificate = new X509Certificate(shown.certificate);
  if (certificate.verify(certificate.publicKey)) return 'the certificate is signed by itself';
  return certificate.checkHost(hostname, { subject: 'never' }) === undefined
    ? `the certificate is not for ${hostname}`
    : undefined;
}
