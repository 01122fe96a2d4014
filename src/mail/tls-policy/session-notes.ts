/**
 * How sessions with hosts went with regard to the policies that these are held to (RFC 8460 §4.3): what was refused, what was only seen, what
 * went well. Counted for each recipient domain that used the session, and told in the story of the attempt that opened it.
 */
import type { EventCatalogue } from '#events';
import type { OpenResult, TlsFailure } from '#clients/smtp/open-session';
import type { Cause } from '#clients/smtp/outcome';
import type { RouteHost } from '#mail/queue/route/route';
import type { TlsFacts } from '#protocol/smtp/dialogue';
import { resultOfCertificate } from '#protocol/tlsrpt/results';
import type { HostPolicy, PolicyFault } from './host-policy.ts';
import type { SessionNote, TlsLedger } from './ledger.ts';

export type ToldSession = EventCatalogue['attempt.tls']['public'];

const NOTHING: readonly ToldSession[] = [];

interface Seen {
  readonly policy: HostPolicy;
  readonly note: SessionNote;
  /** Mail went there in spite of it. */
  readonly delivers: boolean;
  readonly tls: string | null;
}

/** What was seen while one session was opened: of each host that was tried. */
export class SessionNotes {
  readonly #seen: Seen[] = [];
  readonly #counted = new Set<string>();
  #isTold = false;

  add(host: RouteHost, address: string, opened: OpenResult): void {
    const { policy } = host;
    if (policy === undefined) return;
    const fault = faultOfSession(opened, policy);
    if (fault === undefined) return;
    const { localAddress: sendingIp, helo } = opened.parties;
    const parties = { mxHost: host.name, sendingIp, receivingIp: address, helo };
    const delivers = opened.kind === 'open';
    const tls = opened.kind === 'open' ? (opened.session.tls?.version ?? null) : null;
    const faults = fault === 'none' ? policy.faults : [fault, ...policy.faults];
    for (const { result, reason } of faults) {
      this.#seen.push({ policy, note: { result, reason, ...parties }, delivers, tls });
    }
    if (faults.length === 0) {
      this.#seen.push({ policy, note: { result: '', reason: '', ...parties }, delivers, tls });
    }
  }

  /** The last host that was tried failed by its policy: nothing is known against the site. */
  get failedByPolicy(): boolean {
    const last = this.#seen.at(-1);
    return last !== undefined && !last.delivers && last.policy.type !== 'no-policy-found';
  }

  /** Counts the session for the domain of a recipient, once. */
  count(ledger: Pick<TlsLedger, 'note'>, recipientDomain: string): void {
    if (this.#counted.has(recipientDomain)) return;
    this.#counted.add(recipientDomain);
    for (const { policy, note } of this.#seen) {
      const own =
        policy.type === 'no-policy-found' ? { ...policy, domain: recipientDomain } : policy;
      ledger.note({ ...own, recipientDomain }, note);
    }
  }

  /** What there is to tell, once: sessions held to a policy, and those that failed without one. */
  tell(): readonly ToldSession[] {
    if (this.#isTold) return NOTHING;
    this.#isTold = true;
    return this.#seen
      .filter(({ policy, note }) => policy.type !== 'no-policy-found' || note.result !== '')
      .map(({ policy, note, delivers, tls }) => ({
        host: note.mxHost,
        policy: policy.type,
        policyDomain: policy.domain,
        mode: policy.mode ?? null,
        result: note.result === '' ? null : note.result,
        reason: note.reason === '' ? null : note.reason,
        delivers,
        tls,
      }));
  }
}

/** Undefined where it never came to TLS, so that nothing can be said of it. */
export function faultOfSession(
  opened: OpenResult,
  policy: HostPolicy,
): PolicyFault | 'none' | undefined {
  if (opened.kind === 'not-open') {
    const { cause } = opened.outcome;
    return cause.kind === 'tls' ? faultOfTls(cause) : undefined;
  }
  if (opened.tlsFailure !== undefined) return faultOfTls(opened.tlsFailure);
  const { tls } = opened.session;
  // in clear by an operator's word
  if (tls === undefined) return undefined;
  // without a policy no certificate is asked to prove anything
  return policy.type === 'sts' && policy.strings.length > 0 ? faultOfPeer(tls.peer) : 'none';
}

function faultOfPeer(peer: TlsFacts['peer']): PolicyFault | 'none' {
  if (peer.kind !== 'unverified') return 'none';
  return { result: resultOfCertificate(peer.reason), reason: peer.reason };
}

const FAULTS: Readonly<Record<TlsFailure['reason'], (detail: string) => PolicyFault>> = {
  'not-offered': () => ({ result: 'starttls-not-supported', reason: 'not-offered' }),
  refused: (detail) => ({ result: 'starttls-not-supported', reason: `refused: ${detail}` }),
  handshake: (detail) => ({ result: 'validation-failure', reason: `handshake: ${detail}` }),
  injected: () => ({ result: 'validation-failure', reason: 'injected' }),
  unverified: (detail) => ({ result: resultOfCertificate(detail), reason: detail }),
  tlsa: (detail) => ({ result: DANE_RESULTS[detail] ?? 'validation-failure', reason: detail }),
};

/** What a `DaneFailure` is called in reports. */
const DANE_RESULTS: Readonly<Record<string, PolicyFault['result']>> = {
  'no-match': 'certificate-not-trusted',
  'chain-broken': 'certificate-not-trusted',
  expired: 'certificate-expired',
  'name-mismatch': 'certificate-host-mismatch',
};

function faultOfTls({ reason, detail }: TlsFailure | Extract<Cause, { kind: 'tls' }>): PolicyFault {
  return FAULTS[reason](detail);
}
