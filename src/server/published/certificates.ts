/** Certificates of a server from the settings and its parts: what is ordered, what answers challenges, what listeners are given. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { OwnNetwork } from '#clients/acme/dialling-agent';
import { httpsTransport } from '#clients/acme/request';
import { systemClock } from '#clock';
import type { Config } from '#config';
import { FIELDS } from '#config/fields';
import type { Event } from '#events';
import type { Log } from '#log';
import { KNOWN_DIRECTORIES, type AcmeSettings } from '#mail/certificates/acme-settings';
import { Challenges } from '#mail/certificates/challenges';
import { CertificateKeeper } from '#mail/certificates/keeper';
import { statesOf, type CertificateState } from '#mail/certificates/states';
import { privateKeyPem } from '#mail/certificates/x509';
import type { Resolver } from '#protocol/dns/resolver';
import type { ServedCertificate } from '#servers/http/metrics';
import { readIdentityText } from '#servers/net/tls-context';
import { currentCertificates } from '#store/certificates/certificates';
import type { Store } from '#store/database/open';
import type { OpenTls } from './tls.ts';

export interface CertificateParts {
  readonly config: Config;
  readonly log: Log;
  readonly store: Store;
  readonly resolver: Resolver;
  readonly tls: OpenTls;
  /** Names under which something is published for the domains of this server. */
  readonly published: () => Promise<readonly string[]>;
  readonly note: (event: Event) => void;
  /** Where the authority is in a network of its own. */
  readonly around?: AuthorityAround | undefined;
}

export interface AuthorityAround extends OwnNetwork {
  /** PEM, by which it is known unless the settings say (`acme.ca_file`). */
  readonly trustedRoots: readonly string[];
  /** Where the name servers there listen. */
  readonly nameServerPort: number;
}

export interface Certificates extends AsyncDisposable {
  /** Begins to order: whoever answers the authorities listens by now. */
  begin(): void;
  readonly keeper: CertificateKeeper;
  readonly challenges: Challenges;
  /** Undefined: nothing is ordered. */
  readonly settings: AcmeSettings | undefined;
  readonly states: () => Promise<readonly CertificateState[]>;
  /** Those that listeners show now, by their first name. */
  readonly served: () => readonly ServedCertificate[];
}

/** What a lost notice would have told is seen this late. Milliseconds. */
const LOOK_EVERY = 60_000;

/** The listeners have what the database holds; nothing is ordered before `begin`. */
export async function startCertificates(parts: CertificateParts): Promise<Certificates> {
  const { config, log, store, resolver, tls, published, note, around } = parts;
  const { pool, notices } = store;
  const settings = acmeSettings(config, around?.nameServerPort);
  // certificates are judged by real time, whatever the calendar of the practice Internet says
  const clock = systemClock;
  const challenges = new Challenges({ pool, notices, clock, log });
  const keeper = new CertificateKeeper({
    pool,
    notices,
    clock,
    log,
    settings,
    hostname: config.hostname,
    published,
    covered: () => (config['tls.certificate'] === '' ? [] : tls.base().names),
    challenges,
    resolver,
    transport: transportOf(config, around),
    random: Math.random,
    newToken: randomUUID,
    node: store.node,
    note,
  });
  const follower = await followCertificates(parts);
  return {
    begin: () => {
      if (settings === undefined) sayNotOrdered(config, log);
      keeper.start();
    },
    keeper,
    challenges,
    settings,
    states: async () =>
      statesOf(await keeper.lines(), tls.base(), settings !== undefined, clock.now()),
    served: () => {
      const { origin, names, notAfter } = tls.base();
      // one that nobody trusts is no reason for an alarm
      return origin === 'files'
        ? [{ name: names[0] ?? config.hostname, notAfter }, ...follower.served()]
        : follower.served();
    },
    async [Symbol.asyncDispose]() {
      await keeper.stop();
      challenges[Symbol.dispose]();
      follower[Symbol.dispose]();
    },
  };
}

interface Follower extends Disposable {
  readonly served: () => readonly ServedCertificate[];
}

/** In production nobody trusts what a server made for itself: that nothing better is ordered is worth a word. */
function sayNotOrdered(config: Config, log: Log): void {
  if (config['acme.directory'] === 'off' || config['tls.certificate'] !== '') return;
  log.warn('certificate.not-ordered', {
    reason: 'acme.terms_agreed is not set',
    remedy: FIELDS['acme.terms_agreed'].doc,
  });
}

/** Gives the listeners the certificates of the database, now and whenever they change. */
async function followCertificates({ store, tls, log }: CertificateParts): Promise<Follower> {
  let known = '';
  let served: readonly ServedCertificate[] = [];
  let reading: Promise<void> | undefined;
  const read = async (): Promise<void> => {
    const certificates = await currentCertificates(store.pool);
    const ids = certificates.map(({ id }) => id).join(' ');
    if (ids === known) return;
    known = ids;
    // the newest of two for one name counts
    const newestFirst = certificates.toSorted((a, b) => b.createdAt - a.createdAt);
    const named = newestFirst.flatMap(({ names, chain, privateKey }) => {
      const key = Buffer.from(privateKeyPem(privateKey));
      const identity = readIdentityText(
        Buffer.from(chain),
        key,
        `certificate ${names[0]}`,
        tls.terms,
      );
      if (identity.kind === 'identity') return [{ names, identity: identity.identity }];
      log.error('certificate.unusable', { names, reason: identity.reason });
      return [];
    });
    tls.tls.use(named);
    served = certificates.map(({ names, notAfter }) => ({ name: names[0]!, notAfter }));
    if (named.length > 0) log.info('certificate.serving', { names: named.map((one) => one.names) });
  };
  const look = (): void => {
    // one that began before the change does not show it
    const again = (reading ?? Promise.resolve()).then(read);
    reading = again.catch((error: Error) =>
      log.warn('certificate.not-read', { error: error.message }),
    );
  };
  await read();
  const stopListening = store.notices.on('certificates', look);
  const timer = setInterval(look, LOOK_EVERY).unref();
  return {
    served: () => served,
    [Symbol.dispose]: () => {
      stopListening();
      clearInterval(timer);
    },
  };
}

/** Undefined where nothing is to be ordered, or the terms were not agreed to. */
export function acmeSettings(config: Config, nameServerPort = 53): AcmeSettings | undefined {
  const directory = config['acme.directory'];
  if (directory === 'off' || !config['acme.terms_agreed']) return undefined;
  const { 'acme.eab_key_id': keyId, 'acme.eab_mac_key': macKey } = config;
  const type = config['acme.challenge'];
  return {
    directory: KNOWN_DIRECTORIES[directory] ?? directory,
    contact: config['acme.contact'],
    challenge:
      type === 'dns-01'
        ? {
            type,
            hook: { command: config['acme.dns_hook'], timeout: config['acme.dns_hook_timeout'] },
            patience: config['acme.dns_patience'],
            port: nameServerPort,
          }
        : { type },
    keyType: config['acme.key_type'],
    sameKey: config['acme.same_key'],
    external: keyId === '' ? undefined : { keyId, macKey },
  };
}

/** The file was read once before, when the settings were checked. */
function transportOf(config: Config, around: AuthorityAround | undefined) {
  const file = config['acme.ca_file'];
  const ca = file === '' ? around?.trustedRoots.join('') : readFileSync(file, 'utf8');
  // RFC 8555 §6.1
  return () => httpsTransport({ ca, userAgent: 'hikyaku node.js', network: around });
}
