/**
 * Counts how sessions with other domains went, for TLS reports (RFC 8460): in memory, by kind and day, written together every few seconds.
 * Bounded: what is over the bound until the next writing is not counted, and the log says so. A crash loses what was not written yet.
 */
import type { Clock } from '#clock';
import type { Log } from '#log';
import type { Pool } from '#store/open';
import {
  countSessions,
  dayOf,
  forgetSessionsBefore,
  policyDigest,
  type SessionCount,
  type SessionKind,
} from '#store/tls-policy/sessions';
import type { ResultType } from '#protocol/tlsrpt/results';
import type { HostPolicy } from './host-policy.ts';

export interface TlsLedgerOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
}

/** How one session went, or why there could be none. */
export interface SessionNote {
  /** '' where it went as the policy has it. */
  readonly result: ResultType | '';
  readonly reason: string;
  readonly mxHost: string;
  readonly sendingIp?: string;
  readonly receivingIp?: string;
  readonly helo?: string;
}

const WRITE_EVERY = 5_000;
const MAX_KINDS = 10_000;
/** In one statement. */
const BATCH = 500;
const LONGEST_WORD = 200;
/** Days that a report may still be asked about. */
const KEPT_DAYS = 35;
const DAY = 86_400_000;

type Draft = { -readonly [K in keyof SessionCount]: SessionCount[K] };

export class TlsLedger implements AsyncDisposable {
  readonly #options: TlsLedgerOptions;
  /** By day, then by kind. */
  #days = new Map<string, Map<string, Draft>>();
  #kinds = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #forgotten = '';

  constructor(options: TlsLedgerOptions) {
    this.#options = options;
  }

  note(policy: HostPolicy, session: SessionNote): void {
    const day = dayOf(this.#options.clock.now());
    let kinds = this.#days.get(day);
    if (kinds === undefined) this.#days.set(day, (kinds = new Map()));
    const kind = kindOf(policy, session);
    const key = keyOf(kind);
    const counted = kinds.get(key);
    if (counted) counted.sessions++;
    else if (this.#kinds >= MAX_KINDS) this.#dropped++;
    else {
      this.#kinds++;
      kinds.set(key, { ...kind, sessions: 1 });
    }
    this.#timer ??= setTimeout(() => void this.flush(), WRITE_EVERY).unref();
  }

  /** Writes what was counted. What the database does not take is tried again with the next writing. Never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
  }

  async #write(): Promise<void> {
    const { pool, log, clock } = this.#options;
    const days = this.#days;
    this.#days = new Map();
    this.#kinds = 0;
    if (this.#dropped > 0) log.warn('tls-sessions.dropped', { count: this.#dropped });
    this.#dropped = 0;
    for (const [day, kinds] of days) {
      const counts = [...kinds.values()];
      for (let at = 0; at < counts.length; at += BATCH) {
        const batch = counts.slice(at, at + BATCH);
        try {
          await countSessions(pool, day, batch);
        } catch (error) {
          log.warn('tls-sessions.not-written', { error: (error as Error).message });
          this.#putBack(day, batch);
        }
      }
    }
    await this.#forget(dayOf(clock.now() - KEPT_DAYS * DAY));
  }

  #putBack(day: string, counts: readonly Draft[]): void {
    let kinds = this.#days.get(day);
    if (kinds === undefined) this.#days.set(day, (kinds = new Map()));
    for (const count of counts) {
      const key = keyOf(count);
      const other = kinds.get(key);
      if (other) other.sessions += count.sessions;
      else {
        this.#kinds++;
        kinds.set(key, count);
      }
    }
  }

  /** Once a day. */
  async #forget(day: string): Promise<void> {
    if (day === this.#forgotten) return;
    this.#forgotten = day;
    try {
      await forgetSessionsBefore(this.#options.pool, day);
    } catch (error) {
      this.#options.log.warn('tls-sessions.not-forgotten', { error: (error as Error).message });
    }
  }
}

function kindOf(
  { recipientDomain, type, domain, strings, mxPatterns }: HostPolicy,
  { result, reason, mxHost, sendingIp = '', receivingIp = '', helo = '' }: SessionNote,
): SessionKind {
  // of what went well a report wants the number alone
  const parties =
    result === '' ? NOBODY : { sendingIp, receivingIp, helo: helo.slice(0, LONGEST_WORD) };
  return {
    recipientDomain,
    policy: { type, domain, strings, mxPatterns },
    result,
    reason: reason.slice(0, LONGEST_WORD),
    mxHost,
    ...parties,
  };
}

const NOBODY = { sendingIp: '', receivingIp: '', helo: '' };

/** As the table has it. */
function keyOf({ recipientDomain, policy, ...kind }: SessionKind): string {
  const { result, reason, sendingIp, receivingIp, mxHost, helo } = kind;
  const digest = policy.strings.length === 0 ? '' : policyDigest(policy).toString('hex');
  return [
    recipientDomain,
    policy.type,
    policy.domain,
    digest,
    result,
    reason,
    sendingIp,
    receivingIp,
    mxHost,
    helo,
  ].join('\n');
}
