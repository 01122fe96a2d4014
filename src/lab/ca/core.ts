/** What the authority consists of, handed to whoever answers a request. */
import type { Dialer } from '#clients/smtp/dial';
import { Slots } from '#clients/slots';
import type { Log } from '#log';
import type { Resolver } from '#protocol/dns/resolver';
import { Issuance } from './issue/issuance.ts';
import type { Authority } from './issue/keep-authority.ts';
import { CA_LIMITS } from './limits.ts';
import { Accounts } from './memory/accounts.ts';
import { Heard } from './memory/heard.ts';
import { Nonces } from './memory/nonces.ts';
import { OrderBook } from './memory/order-book.ts';
import { RateLimits } from './memory/rate-limits.ts';
import { INITIAL_RULES, type CaRules } from './rules.ts';

export interface CoreOptions {
  readonly authority: Authority;
  readonly resolver: Resolver;
  readonly dialer: Dialer;
  readonly log: Log;
  /** Real time in milliseconds. */
  readonly now: () => number;
  /** The calendar of the practice Internet, for the record alone; real time where there is none. */
  readonly calendar?: (() => number) | undefined;
  /** From 0 to 1, for what a lesson leaves to chance. */
  readonly random: () => number;
}

export interface Core extends CoreOptions {
  readonly nonces: Nonces;
  readonly accounts: Accounts;
  readonly orders: OrderBook;
  readonly issuance: Issuance;
  readonly limits: RateLimits;
  readonly rules: CaRules;
  readonly heard: Heard;
  readonly validations: Slots;
  /** Aborts when the authority stops. */
  readonly stopping: AbortController;
  /** Validations under way. */
  readonly running: Set<Promise<void>>;
  /** `https://` and where it can be asked, the first as it calls itself. */
  bases: readonly string[];
}

export function newCore(options: CoreOptions): Core {
  const { authority, now } = options;
  return {
    ...options,
    nonces: new Nonces(),
    accounts: new Accounts(),
    orders: new OrderBook(now),
    issuance: new Issuance(authority, now),
    limits: new RateLimits(now),
    rules: { ...INITIAL_RULES },
    heard: new Heard(),
    validations: new Slots(CA_LIMITS.validations),
    stopping: new AbortController(),
    running: new Set(),
    bases: [],
  };
}
