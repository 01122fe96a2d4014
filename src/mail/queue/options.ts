/**
 * What the queue of a process is made of: everything it reads, dials, measures time with and decides by comes in here. Built by
 * `server.ts`; the tests hand in a declared zone, a dialer and a clock of their own.
 */
import type { Resolver } from '#protocol/dns/resolver';
import type { Dialer } from '#clients/smtp/dial';
import type { SmtpClientLimits } from '#clients/smtp/limits';
import type { Event } from '#events';
import type { Log } from '#log';
import type { Language } from '#protocol/dsn/language';
import type { TlsPolicyParts } from '#mail/tls-policy/secure-hosts';
import type { Store } from '#store/database/open';
import type { Directory } from '#store/directory/directory';
import type { DestinationKey } from '#store/queue/enqueue';
import type { Marked } from '#store/queue/removal';
import type { QueueSelection } from '#store/queue/selection';
import type { ScheduleOptions } from './settle/schedule.ts';

export interface QueueOptions {
  readonly store: Store;
  readonly directory: Directory;
  readonly resolver: Resolver;
  readonly dialer: Dialer;
  readonly limits: SmtpClientLimits;
  readonly log: Log;
  /** From 0 to below 1: jitter, and the order of equal hosts. */
  readonly random: () => number;
  readonly randomBytes: (octets: number) => Uint8Array;
  /** How we call ourselves in EHLO and in notices. */
  readonly hostname: string;
  /** The names by which this server is known to others, in lower-case A-labels. */
  readonly ownNames: ReadonlySet<string>;
  /** Whether an address is one of this server's own listeners. */
  readonly isOwnAddress: (address: string) => boolean;
  /** What domains say of TLS with them; without it nothing is looked for. */
  readonly tlsPolicy?: TlsPolicyParts;
  /** Whether what an alias sends on is sealed (`forward.arc_seal`). */
  readonly sealsForwards?: boolean;
  /** Roots to trust instead of the system's, PEM. */
  readonly ca?: readonly string[];
  /** Attempts under way at once in this process (`queue.attempts`). */
  readonly attempts: number;
  readonly schedule: ScheduleOptions;
  /** Source addresses of the pool '' (`queue.source_addresses`); none lets the system choose. */
  readonly sourceAddresses: readonly string[];
  /** What happens to mail for a foreign domain without a configured route: `hold` in dev, where nothing leaves the machine. */
  readonly unrouted: (domain: string) => 'deliver' | 'hold';
  /** HIKYAKU_DELIVERY: `hold` keeps all mail for other hosts until it is released. */
  readonly delivery: 'deliver' | 'hold';
  /** Of notices; the Subject is in the first. */
  readonly languages: readonly [Language, ...Language[]];
  /** Called after the commit of what an attempt came to, with the accounts that got mail. */
  readonly concluded: (accountIds: readonly string[], events: readonly Event[]) => void;
}

/** The running queue of a process. */
export interface Queue {
  /**
   * Nothing is under way here: no attempt, nobody waits to be put in line, and the next look is for the calendar or for news. What other
   * processes do is not known.
   */
  readonly isIdle: boolean;
  /** Says that mail was queued: the destinations that `enqueue` answered, after its commit. Returns at once. */
  wake(destinations: readonly DestinationKey[]): void;
  /** Octets of a message queued in this moment, so that they need not be read again; called before `wake`. */
  keep(messageId: string, octets: Uint8Array): void;
  /**
   * Takes recipients out for good, and tells their authors by the same rules as of any failure, unless it is to be `silent`. What an
   * attempt has at this moment leaves when it ends, unless it is delivered by then. Resolves after the commit of the others.
   * @throws what the database said: marked recipients are not tried any more, and leave later
   */
  remove(selection: QueueSelection, silent: boolean): Promise<Marked>;
  /**
   * Claims nothing more, lets each attempt finish its message for `graceMs` (5 s unless told), then ends them before the final dot.
   * A second call may shorten the time.
   */
  stop(graceMs?: number): Promise<void>;
}
