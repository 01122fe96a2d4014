/**
 * A SASL exchange (RFC 4422) between a session and the domain: carries out what the mechanism asks for, up to the next challenge or
 * its end. No secret is checked before the gate lets it. Base64, the line that cancels and the replies are the protocol's
 * (`servers/smtp`, `servers/imap`), what failures come to stands in `login.ts`; nothing of an exchange is ever logged.
 */
import { EMPTY } from '#bytes';
import type { LoginCheck, LoginGate, LoginPermit } from '#mail/abuse/login-gate';
import type { Authenticator, LoginOutcome, ScramLookup } from '#mail/accounts/authenticate';
import type { Scope } from '#mail/accounts/scope';
import type { Login } from '#mail/receive/envelope';
import type { Mechanism } from '#protocol/sasl/mechanisms';
import { checkPassword } from '#protocol/sasl/plain';
import type { PreparedText } from '#protocol/sasl/prepared-text';
import type { ServerChallenge, ServerFailureReason, ServerStep } from '#protocol/sasl/server-step';

/** An exchange that waits for the client's next response. */
export interface SaslExchange {
  readonly mechanism: Mechanism;
  /** Takes the client's next response. */
  readonly next: (response: Uint8Array) => ServerStep;
  /** Whom SCRAM names and what each of the keys leads to, once they were looked up. */
  readonly found:
    | {
        readonly name: string;
        readonly outcomes: ScramLookup['outcomes'];
        readonly check: LoginCheck;
      }
    | undefined;
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

/** Nothing was checked: others guess at the name, or from there, faster than is let. */
export interface SaslLater {
  readonly kind: 'later';
  readonly name: string;
  readonly seconds: number;
  readonly per: Extract<LoginPermit, { kind: 'later' }>['per'];
}

export type SaslEnd =
  | { readonly kind: 'login'; readonly login: Login }
  /** Too many hashes wait: nobody failed, the server is what is busy. */
  | { readonly kind: 'busy' }
  | SaslLater
  | SaslFailure;

export type SaslOutcome = SaslChallenge | SaslEnd;

/** What an exchange asks of the domain, for the protocol that it is part of. */
export interface SaslDomain {
  readonly authenticator: Pick<Authenticator, 'checkPassword' | 'findScram' | 'noteScram'>;
  readonly scope: Scope;
  readonly gate: LoginGate;
  /** Of the client. */
  readonly address: string;
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
  domain: SaslDomain,
  name: string,
  password: string,
): Promise<SaslEnd> {
  const step = checkPassword({ authzid: '', authcid: name, password });
  if (step.kind === 'failure') return failed('', step.reason);
  return judgePassword(domain, step.authcid, step.password);
}

/**
 * The client left in the middle, or gave up. One that SCRAM had told of its failure has failed all the same; to the gate, every one has
 * that was let in, or leaving would cost nothing.
 */
export function abandonedSasl(exchange: SaslExchange): SaslFailure | undefined {
  if (exchange.found === undefined) return undefined;
  void exchange.found.check.failed();
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
  switch (step.kind) {
    case 'challenge':
      return { kind: 'challenge', data: step.data, exchange: { ...exchange, next: step.next } };
    case 'find-credentials': {
      if (step.authzid !== undefined) return failed(step.authcid, 'authorization-identity');
      const { gate, address, authenticator, scope } = domain;
      const name = step.authcid;
      const permit = await gate.ask({ address, name, secret: undefined });
      if (permit.kind === 'later') return { ...permit, name };
      const { check } = permit;
      const lookup = authenticator.findScram(name, scope);
      const { credentials, outcomes } = await unlessLost(check, lookup);
      const found = { name, outcomes, check };
      return takeStep(domain, { ...exchange, found }, step.next(credentials));
    }
    case 'check-password':
      if (step.authzid !== undefined) return failed(step.authcid, 'authorization-identity');
      return judgePassword(domain, step.authcid, step.password);
    case 'success': {
      const { name, outcomes, check } = exchange.found!;
      const outcome = outcomes[step.keyIndex] ?? { kind: 'refused' };
      if (outcome.kind === 'login') domain.authenticator.noteScram(outcome.login);
      return conclude(check, name, outcome);
    }
    case 'failure':
      await exchange.found?.check.failed();
      return failed(exchange.found?.name ?? '', step.reason);
    default:
      return step satisfies never;
  }
}

async function judgePassword(
  { gate, address, authenticator, scope }: SaslDomain,
  name: PreparedText,
  secret: PreparedText,
): Promise<SaslEnd> {
  const permit = await gate.ask({ address, name, secret });
  if (permit.kind === 'later') return { ...permit, name };
  const { check } = permit;
  return conclude(
    check,
    name,
    await unlessLost(check, authenticator.checkPassword(name, secret, scope)),
  );
}

/** Who could not be judged has not failed. */
async function unlessLost<T>(check: LoginCheck, judging: Promise<T>): Promise<T> {
  try {
    return await judging;
  } catch (error) {
    check.abandoned();
    throw error;
  }
}

async function conclude(check: LoginCheck, name: string, outcome: LoginOutcome): Promise<SaslEnd> {
  switch (outcome.kind) {
    case 'login':
      check.succeeded(outcome.login);
      return outcome;
    case 'busy':
      check.abandoned();
      return outcome;
    case 'out-of-scope':
      // who has a right password does not guess
      check.abandoned();
      return failed(name, 'out-of-scope');
    case 'refused':
      await check.failed();
      return failed(name, 'wrong-credentials');
    default:
      return outcome satisfies never;
  }
}

function failed(name: string, reason: SaslFailureReason): SaslFailure {
  return { kind: 'failed', name, reason };
}
