/**
 * A SASL exchange (RFC 4422) between a session and the domain: carries out what the mechanism asks for, up to the next challenge or
 * its end. Base64, the line that cancels, the replies, their delay and the counting are the protocol's (`servers/smtp`,
 * `servers/imap`); nothing of an exchange is ever logged.
 */
import { EMPTY } from '#bytes';
import type { Authenticator, LoginOutcome, ScramLookup } from '#mail/accounts/authenticate';
import type { Scope } from '#mail/accounts/scope';
import type { Login } from '#mail/receive/envelope';
import type { Mechanism } from '#protocol/sasl/mechanisms';
import { checkPassword } from '#protocol/sasl/plain';
import type { ServerChallenge, ServerFailureReason, ServerStep } from '#protocol/sasl/server-step';

/** An exchange that waits for the client's next response. */
export interface SaslExchange {
  readonly mechanism: Mechanism;
  /** Takes the client's next response. */
  readonly next: (response: Uint8Array) => ServerStep;
  /** Whom SCRAM names and what each of the keys leads to, once they were looked up. */
  readonly found: { readonly name: string; readonly outcomes: ScramLookup['outcomes'] } | undefined;
}

export type SaslFailureReason =
  | ServerFailureReason
  /** The client asks to act as somebody else. */
  | 'authorization-identity'
  /** The app password is right, and is not for this. */
  | 'out-of-scope';

export interface SaslFailure {
  readonly kind: 'failed';
  /** Empty where nobody was named. */
  readonly name: string;
  readonly reason: SaslFailureReason;
}

export interface SaslChallenge {
  readonly kind: 'challenge';
  readonly data: Uint8Array;
  readonly exchange: SaslExchange;
}

export type SaslEnd =
  | { readonly kind: 'login'; readonly login: Login }
  /** Too many hashes wait: nobody failed, the server is what is busy. */
  | { readonly kind: 'busy' }
  | SaslFailure;

export type SaslOutcome = SaslChallenge | SaslEnd;

/** What an exchange asks of the domain, for the protocol that it is part of. */
export interface SaslDomain {
  readonly authenticator: Pick<Authenticator, 'checkPassword' | 'findScram' | 'noteScram'>;
  readonly scope: Scope;
}

/**
 * Begins an exchange with the initial response, or with the first challenge.
 * @throws when the database is out of reach
 */
export function beginSasl(
  domain: SaslDomain,
  mechanism: Mechanism,
  first: ServerChallenge,
  initialResponse: Uint8Array | undefined,
): Promise<SaslOutcome> {
  const exchange: SaslExchange = { mechanism, next: first.next, found: undefined };
  // RFC 4422 §5: a client that speaks first has its response in the command or after an empty challenge.
  const step = initialResponse === undefined ? first : first.next(initialResponse);
  return takeStep(domain, exchange, step);
}

/**
 * Goes on with the client's response.
 * @throws when the database is out of reach
 */
export function continueSasl(
  domain: SaslDomain,
  exchange: SaslExchange,
  response: Uint8Array,
): Promise<SaslOutcome> {
  return takeStep(domain, exchange, exchange.next(response));
}

/**
 * Judges a name and a password that came outside of an exchange (the LOGIN command of IMAP).
 * @throws when the database is out of reach
 */
export async function loginByPassword(
  { authenticator, scope }: SaslDomain,
  name: string,
  password: string,
): Promise<SaslEnd> {
  const step = checkPassword({ authzid: '', authcid: name, password });
  if (step.kind === 'failure') return failed('', step.reason);
  const outcome = await authenticator.checkPassword(step.authcid, step.password, scope);
  return loginOutcome(step.authcid, outcome);
}

/** The client left in the middle, or gave up. One that SCRAM had told of its failure has failed all the same. */
export function abandonedSasl(exchange: SaslExchange): SaslFailure | undefined {
  if (exchange.found === undefined) return undefined;
  const step = exchange.next(EMPTY);
  return step.kind === 'failure' && step.reason !== 'malformed'
    ? failed(exchange.found.name, step.reason)
    : undefined;
}

async function takeStep(
  domain: SaslDomain,
  exchange: SaslExchange,
  step: ServerStep,
): Promise<SaslOutcome> {
  const { authenticator, scope } = domain;
  switch (step.kind) {
    case 'challenge':
      return { kind: 'challenge', data: step.data, exchange: { ...exchange, next: step.next } };
    case 'find-credentials': {
      if (step.authzid !== undefined) return failed(step.authcid, 'authorization-identity');
      const { credentials, outcomes } = await authenticator.findScram(step.authcid, scope);
      const found = { name: step.authcid, outcomes };
      return takeStep(domain, { ...exchange, found }, step.next(credentials));
    }
    case 'check-password': {
      if (step.authzid !== undefined) return failed(step.authcid, 'authorization-identity');
      const outcome = await authenticator.checkPassword(step.authcid, step.password, scope);
      return loginOutcome(step.authcid, outcome);
    }
    case 'success': {
      const outcome = exchange.found?.outcomes[step.keyIndex] ?? { kind: 'refused' };
      if (outcome.kind === 'login') authenticator.noteScram(outcome.login);
      return loginOutcome(step.authcid, outcome);
    }
    case 'failure':
      return failed(exchange.found?.name ?? '', step.reason);
    default:
      return step satisfies never;
  }
}

function loginOutcome(name: string, outcome: LoginOutcome): SaslEnd {
  if (outcome.kind === 'login' || outcome.kind === 'busy') return outcome;
  return failed(name, outcome.kind === 'refused' ? 'wrong-credentials' : outcome.kind);
}

function failed(name: string, reason: SaslFailureReason): SaslFailure {
  return { kind: 'failed', name, reason };
}
