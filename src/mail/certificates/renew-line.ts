/** One certificate ordered and stored: the key it gets, the limits that are kept, and what is remembered of how it went. */
import type { Transport } from '#clients/acme/request';
import type { Clock } from '#clock';
import { event, type Event, type EventStep } from '#events';
import type { Log } from '#log';
import type { Resolver } from '#protocol/dns/resolver';
import { addCertificate, issuedSince } from '#store/certificates/certificates';
import { beginOrder, recordFailed } from '#store/certificates/orders';
import type { Notices } from '#store/database/notices';
import type { Pool } from '#store/database/open';
import type { AcmeSettings } from './acme-settings.ts';
import type { Challenges } from './challenges.ts';
import type { Line } from './lines.ts';
import { isTheirs } from './order-failure.ts';
import type { AcmeStep, OrderFailure } from './order-steps.ts';
import { missingInDns } from './missing-in-dns.ts';
import { placeOrder, type OrderOutcome } from './place-order.ts';
import { nextAttempt, renewalTime, SAME_NAMES } from './renewal-time.ts';
import { keyTypeOf, newPrivateKey, renewalIdentifier, type CertificateFacts } from './x509.ts';

export interface RenewContext {
  readonly pool: Pool;
  readonly notices: Pick<Notices, 'say'>;
  /** Real time: certificates are judged by it, by everybody. */
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: AcmeSettings;
  readonly challenges: Pick<Challenges, 'put' | 'remove'>;
  readonly resolver: Resolver;
  readonly transport: Transport;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly note: (event: Event) => void;
  readonly signal: AbortSignal;
}

export type Renewed = {
  readonly names: readonly string[];
  readonly steps: readonly EventStep[];
} & (
  | { readonly kind: 'issued'; readonly issuer: string; readonly notAfter: number }
  | { readonly kind: 'failed'; readonly failure: OrderFailure; readonly nextAt: number }
);

interface Keys {
  readonly privateKey: Uint8Array;
  readonly nextKey: Uint8Array;
  readonly sameKey: boolean;
}

/** Should the node die in the middle, another order waits as long as after a failure. Milliseconds. */
const IF_NOT_CONCLUDED = 20 * 60 * 1000;

export interface RenewWish {
  /** Takes the next key, whatever the settings say. */
  readonly newKey: boolean;
  /** Asks the authority even for names that seem not to be in the DNS. */
  readonly force: boolean;
}

export async function renewLine(
  context: RenewContext,
  line: Line,
  { newKey, force }: RenewWish,
): Promise<Renewed> {
  const { pool, clock, settings } = context;
  const { names, certificate } = line;
  const begun = clock.now();
  await beginOrder(pool, names, begun, begun + IF_NOT_CONCLUDED);
  const steps: EventStep[] = [];
  const tell = ({ step: key, ...fields }: AcmeStep): void => void steps.push({ key, ...fields });
  const vain =
    (await sameNamesLimit(context, names)) ?? (force ? undefined : await notInDns(context, names));
  if (vain !== undefined) {
    tell({ step: 'failed', ...vain });
    return failed(context, line, vain, steps);
  }
  const keys = await keysFor(line, settings, newKey);
  const replaces =
    certificate?.origin === 'acme' && certificate.directory === settings.directory
      ? await renewalIdentifier(certificate.chain)
      : undefined;
  const { privateKey, sameKey } = keys;
  const wish = { names, privateKey, sameKey, replaces };
  const outcome = await placeOrder({ ...context, tell }, wish);
  return outcome.kind === 'issued'
    ? issued(context, line, outcome, keys, steps)
    : failed(context, line, outcome.failure, steps);
}

/** Only keys of our own making are used again: an imported one may be in use elsewhere. */
async function keysFor(
  { certificate }: Line,
  { sameKey, keyType }: AcmeSettings,
  newKey: boolean,
): Promise<Keys> {
  const fits = (key: Uint8Array | undefined): Uint8Array | undefined =>
    certificate?.origin === 'acme' && key !== undefined && keyTypeOf(key) === keyType
      ? key
      : undefined;
  const current = sameKey && !newKey ? fits(certificate?.privateKey) : undefined;
  const next = fits(certificate?.nextKey);
  const fresh = (): Promise<Uint8Array> => newPrivateKey(keyType);
  return current === undefined
    ? { privateKey: next ?? (await fresh()), nextKey: await fresh(), sameKey: false }
    : { privateKey: current, nextKey: next ?? (await fresh()), sameKey: true };
}

/** Authorities issue few certificates for the same names in a week: the last one is left for a person. */
async function sameNamesLimit(
  { pool, clock }: RenewContext,
  names: readonly string[],
): Promise<OrderFailure | undefined> {
  const { most, within } = SAME_NAMES;
  const { count, first } = await issuedSince(pool, names, clock.now() - within);
  if (count < most) return undefined;
  return {
    cause: 'many-of-the-same',
    text: `${count} certificates were issued for these names in seven days`,
    retryAfter: Math.max(0, first! + within - clock.now()),
  };
}

async function notInDns(
  { resolver, settings, signal }: RenewContext,
  names: readonly string[],
): Promise<OrderFailure | undefined> {
  if (settings.challenge.type === 'dns-01') return undefined;
  const name = await missingInDns(resolver, names, signal);
  return name === undefined
    ? undefined
    : { cause: 'not-in-dns', text: `${name} has neither an A nor an AAAA record`, name };
}

async function issued(
  context: RenewContext,
  { names, certificate }: Line,
  { chain, facts }: Extract<OrderOutcome, { kind: 'issued' }>,
  keys: Keys,
  steps: readonly EventStep[],
): Promise<Renewed> {
  const { pool, notices, clock, log, settings, random, note } = context;
  const now = clock.now();
  const { issuer, fingerprint, notBefore, notAfter } = facts satisfies CertificateFacts;
  await addCertificate(
    pool,
    {
      names,
      origin: 'acme',
      directory: settings.directory,
      chain,
      privateKey: keys.privateKey,
      nextKey: keys.nextKey,
      fingerprint,
      issuer,
      notBefore,
      notAfter,
      renewAt: renewalTime(facts, random()),
      askRenewalAt: now,
    },
    { names, endedAt: now, steps },
    now,
  );
  notices.say('certificates');
  const until = new Date(notAfter).toISOString();
  const again = certificate !== undefined;
  log.info('certificate.issued', { names, issuer, until });
  note(
    event('certificate.issued', now, {}, { public: { names, issuer, until, again }, personal: {} }),
  );
  return { kind: 'issued', names, steps, issuer, notAfter };
}

async function failed(
  context: RenewContext,
  { names, order }: Line,
  failure: OrderFailure,
  steps: readonly EventStep[],
): Promise<Renewed> {
  const { pool, clock, log, random, note } = context;
  const now = clock.now();
  const { cause, text, retryAfter } = failure;
  // nothing was decided: whoever looks next goes on
  const wasStopped = cause === 'stopped';
  const failures = (order?.failures ?? 0) + (wasStopped ? 0 : 1);
  const pause = nextAttempt(
    {
      failures,
      isTheirs: isTheirs(failure),
      isRateLimited: cause === 'rateLimited',
      wasAsked: cause !== 'not-in-dns',
      retryAfter,
    },
    now,
    random(),
  );
  const nextAt = wasStopped ? now : pause;
  await recordFailed(pool, { names, endedAt: now, steps }, { ...failure }, failures, nextAt);
  const next = new Date(nextAt).toISOString();
  // names that are not in the DNS yet are looked for again and again: once is told
  if (!wasStopped && (cause !== 'not-in-dns' || failures === 1)) {
    log.warn('certificate.failed', { names, cause, text, failures, nextAt: next });
    const fields = { public: { names, cause, failures, nextAt: next }, personal: { text } };
    note(event('certificate.failed', now, {}, fields));
  }
  return { kind: 'failed', names, steps, failure, nextAt };
}
