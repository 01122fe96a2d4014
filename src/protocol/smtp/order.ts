/**
 * Which command is legal when: one table for all verbs, and the pure function that asks it. RFC 5321 §4.1.4 (order),
 * RFC 3207 §4 (TLS), RFC 4954 §4 and §6 (authentication), RFC 3030 §2 (BDAT). The session holds the state and moves
 * the phase when a command succeeds; the lines of an AUTH exchange are no commands and never come here.
 * Called by servers/smtp before a command is carried out, also for one whose arguments are malformed.
 */
import type { Verb } from './command.ts';

export type Phase =
  /** The greeting was sent, or TLS has just begun: no EHLO or HELO yet. */
  | 'greeted'
  /** EHLO or HELO was accepted; no transaction is open. */
  | 'hello'
  /** MAIL was accepted, no recipient yet. */
  | 'mail'
  /** At least one RCPT was accepted. */
  | 'rcpt'
  /** A BDAT chunk was accepted and its last has not come. */
  | 'bdat';

export interface OrderState {
  readonly phase: Phase;
  /** A submission listener offers AUTH, and takes mail only after it and only under TLS. */
  readonly service: 'mx' | 'submission';
  /** `offered`: STARTTLS is possible. `unavailable`: the listener has no certificate. */
  readonly tls: 'unavailable' | 'offered' | 'active';
  readonly authenticated: boolean;
}

export type Legality =
  | 'ok'
  /** 503 5.5.1; `needs` is what must come first. */
  | { readonly kind: 'bad-sequence'; readonly needs: 'EHLO' | 'MAIL' }
  /** 503 5.5.1: a transaction is open; RSET ends it. */
  | { readonly kind: 'transaction-open' }
  /** 503 5.5.1: after BDAT only BDAT goes on with the message (RFC 3030 §2). */
  | { readonly kind: 'chunking' }
  /** 554 5.5.1: MAIL was accepted but no RCPT (RFC 5321 §3.3). */
  | { readonly kind: 'no-recipients' }
  /** 530 5.7.0: STARTTLS first (RFC 3207 §4). */
  | { readonly kind: 'tls-required' }
  /** 530 5.7.0: AUTH first (RFC 4954 §6). */
  | { readonly kind: 'authentication-required' }
  /** 538 5.7.11: AUTH before TLS (RFC 4954 §6). */
  | { readonly kind: 'encryption-required' }
  /** 502 5.5.1: this listener does not offer the command. */
  | { readonly kind: 'not-offered' }
  /** 503 5.5.1 */
  | { readonly kind: 'tls-active' }
  /** 503 5.5.1: one AUTH a session (RFC 4954 §4). */
  | { readonly kind: 'already-authenticated' };

interface Rule {
  readonly phases: readonly Phase[];
  /** What a submission listener asks for first; authentication implies TLS. */
  readonly submission: 'nothing' | 'authentication';
}

const ANY: readonly Phase[] = ['greeted', 'hello', 'mail', 'rcpt', 'bdat'];

const ORDER = {
  // EHLO and HELO end a transaction (RFC 5321 §4.1.4), so they are legal within one.
  EHLO: { phases: ANY, submission: 'nothing' },
  HELO: { phases: ANY, submission: 'nothing' },
  MAIL: { phases: ['hello'], submission: 'authentication' },
  RCPT: { phases: ['mail', 'rcpt'], submission: 'authentication' },
  DATA: { phases: ['rcpt'], submission: 'authentication' },
  BDAT: { phases: ['rcpt', 'bdat'], submission: 'authentication' },
  RSET: { phases: ANY, submission: 'nothing' },
  NOOP: { phases: ANY, submission: 'nothing' },
  QUIT: { phases: ANY, submission: 'nothing' },
  VRFY: { phases: ANY, submission: 'authentication' },
  EXPN: { phases: ANY, submission: 'authentication' },
  HELP: { phases: ANY, submission: 'nothing' },
  STARTTLS: { phases: ['hello'], submission: 'nothing' },
  AUTH: { phases: ['hello'], submission: 'nothing' },
} as const satisfies Record<Verb, Rule>;

/** Whether the command may be carried out now, or what to answer instead. */
export function legal(verb: Verb, state: OrderState): Legality {
  if (verb === 'STARTTLS' && state.tls !== 'offered')
    return { kind: state.tls === 'active' ? 'tls-active' : 'not-offered' };
  if (verb === 'AUTH') {
    const refusal = authRefusal(state);
    if (refusal !== undefined) return refusal;
  }
  const rule: Rule = ORDER[verb];
  if (state.service === 'submission' && rule.submission !== 'nothing') {
    if (state.tls !== 'active') return { kind: 'tls-required' };
    if (!state.authenticated) return { kind: 'authentication-required' };
  }
  return rule.phases.includes(state.phase) ? 'ok' : outOfPhase(verb, state.phase);
}

function authRefusal(state: OrderState): Legality | undefined {
  if (state.service === 'mx') return { kind: 'not-offered' };
  if (state.authenticated) return { kind: 'already-authenticated' };
  return state.tls === 'active' ? undefined : { kind: 'encryption-required' };
}

function outOfPhase(verb: Verb, phase: Phase): Legality {
  if (phase === 'greeted') return { kind: 'bad-sequence', needs: 'EHLO' };
  if (phase === 'bdat') return { kind: 'chunking' };
  const wantsContent = verb === 'DATA' || verb === 'BDAT';
  if (wantsContent && phase === 'mail') return { kind: 'no-recipients' };
  if (wantsContent || verb === 'RCPT') return { kind: 'bad-sequence', needs: 'MAIL' };
  return { kind: 'transaction-open' };
}
