/**
 * How often something may happen, by the numbers of Let's Encrypt. What happens is counted all the time, and refused only while the rule
 * is on, so that a lesson can turn it on at any moment. Real time.
 */
import { createHash } from 'node:crypto';
import { registeredDomain } from '#lab/ca/identifiers';
import { AcmeProblem } from '#lab/ca/problem';
import { BoundedMap } from './bounded-map.ts';

export interface RateLimit {
  readonly most: number;
  /** Milliseconds. */
  readonly within: number;
}

const HOUR = 60 * 60 * 1000;

export const RATE_LIMITS = {
  /** For one address. */
  newAccounts: { most: 10, within: 3 * HOUR },
  /** Of one account. */
  newOrders: { most: 300, within: 3 * HOUR },
  /** Certificates for exactly the same names. */
  sameNames: { most: 5, within: 7 * 24 * HOUR },
  /** Certificates for names below one registered domain. */
  domain: { most: 50, within: 7 * 24 * HOUR },
  /** Validations of one name that failed, for one account. */
  failures: { most: 5, within: HOUR },
} as const satisfies Record<string, RateLimit>;

type Kind = keyof typeof RATE_LIMITS;

/** Keys that are counted at the same time: the oldest are forgotten. */
const MOST_KEYS = 10_000;

export class RateLimits {
  readonly #now: () => number;
  readonly #happened = new BoundedMap<string, number[]>(MOST_KEYS);

  constructor(now: () => number) {
    this.#now = now;
  }

  count(kind: Kind, key: string): void {
    const { most } = RATE_LIMITS[kind];
    const times = this.#happened.get(digest(kind, key)) ?? [];
    times.push(this.#now());
    this.#happened.set(digest(kind, key), times.slice(-most));
  }

  /** @throws AcmeProblem with the time to wait */
  assertRoom(kind: Kind, key: string, what: string): void {
    const { most, within } = RATE_LIMITS[kind];
    const now = this.#now();
    const recent = (this.#happened.get(digest(kind, key)) ?? []).filter((at) => at > now - within);
    if (recent.length < most) return;
    const until = recent[0]! + within;
    const hours = within / HOUR;
    throw new AcmeProblem(
      429,
      'rateLimited',
      `too many ${what} (${most}) in the last ${hours} hours, retry after ${new Date(until).toISOString()}`,
      { retryAfter: until - now },
    );
  }

  /** Before an order. @param renews whether it is known to renew a certificate: those are not held up (RFC 9773 §5) */
  assertOrder(account: string, names: readonly string[], renews: boolean): void {
    for (const name of names) {
      this.assertRoom('failures', `${account} ${name}`, `failed authorizations for ${name}`);
    }
    if (renews) return;
    this.assertRoom('newOrders', account, 'new orders of this account');
    this.assertRoom(
      'sameNames',
      names.join(' '),
      `certificates already issued for this exact set of identifiers (${names.join(', ')})`,
    );
    for (const domain of new Set(names.map(registeredDomain))) {
      this.assertRoom('domain', domain, `certificates already issued for ${domain}`);
    }
  }

  countCertificate(names: readonly string[]): void {
    this.count('sameNames', names.join(' '));
    for (const domain of new Set(names.map(registeredDomain))) this.count('domain', domain);
  }
}

/** Names of an order are long, and many. */
function digest(kind: Kind, key: string): string {
  return createHash('sha256').update(`${kind} ${key}`).digest('base64url');
}
