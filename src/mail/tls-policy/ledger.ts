/** Counts how sessions with other domains went, for TLS reports (RFC 8460). */
import type { Clock } from '#clock';
import type { Log } from '#log';
import { DayCounter } from '#mail/reports/day-counter';
import {
  countSessions,
  forgetSessionsBefore,
  policyDigest,
  type SessionKind,
} from '#store/tls-policy/sessions';
import type { ResultType } from '#protocol/tlsrpt/results';
import type { Pool } from '#store/database/open';
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

const LONGEST_WORD = 200;

export class TlsLedger implements AsyncDisposable {
  readonly #counter: DayCounter<SessionKind>;

  constructor({ pool, clock, log }: TlsLedgerOptions) {
    this.#counter = new DayCounter({
      clock,
      log,
      name: 'tls-sessions',
      write: (day, counts) =>
        countSessions(
          pool,
          day,
          counts.map(({ kind, count }) => Object.assign({ sessions: count }, kind)),
        ),
      forget: (before) => forgetSessionsBefore(pool, before),
    });
  }

  note(policy: HostPolicy, session: SessionNote): void {
    const kind = kindOf(policy, session);
    this.#counter.note(kind, keyOf(kind));
  }

  /** Never rejects. */
  flush(): Promise<void> {
    return this.#counter.flush();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#counter[Symbol.asyncDispose]();
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
