/**
 * Logging in: what an exchange of AUTHENTICATE (RFC 9051 §6.2.2), or LOGIN, comes to. Failures are answered late, counted, and told
 * to the event log; nothing of an exchange is ever logged.
 */
import { event } from '#events';
import type { Login } from '#mail/receive/envelope';
import {
  abandonedSasl,
  type SaslChallenge,
  type SaslDomain,
  type SaslEnd,
  type SaslFailure,
  type SaslOutcome,
} from '#servers/net/sasl-exchange';
import { capabilityCode } from './capabilities.ts';
import { failureReply } from './failure.ts';
import { BYES, loginFailureReplies, REPLIES } from './replies.ts';
import { ok, type Reply } from './reply.ts';
import type { SessionState } from './session-state.ts';

export function saslDomain({ services: { authenticator } }: SessionState): SaslDomain {
  return { authenticator, scope: 'imap' };
}

/** What the exchange came to so far: a reply, or a challenge that the client is to answer. */
export function concludeLogin(
  state: SessionState,
  mechanism: string,
  coming: Promise<SaslEnd>,
): Promise<Reply>;
export function concludeLogin(
  state: SessionState,
  mechanism: string,
  coming: Promise<SaslOutcome>,
): Promise<Reply | SaslChallenge>;
export async function concludeLogin(
  state: SessionState,
  mechanism: string,
  coming: Promise<SaslOutcome>,
): Promise<Reply | SaslChallenge> {
  let outcome: SaslOutcome;
  try {
    outcome = await coming;
  } catch (error) {
    // A failure of ours is no wrong password, whatever the cause.
    failureReply(state, error);
    return REPLIES.loginUnavailable;
  }
  switch (outcome.kind) {
    case 'challenge':
      return outcome;
    case 'login':
      return succeed(state, mechanism, outcome.login);
    case 'busy':
      return REPLIES.loginsBusy;
    case 'failed':
      return fail(state, mechanism, outcome);
    default:
      return outcome satisfies never;
  }
}

/** The client left in the middle of an exchange, or gave up. */
export function noteAbandoned(state: SessionState): void {
  const { authenticating } = state;
  state.authenticating = undefined;
  const failure = authenticating && abandonedSasl(authenticating.exchange);
  if (failure === undefined) return;
  state.authFailures++;
  noteFailed(state, authenticating!.exchange.mechanism, failure);
}

function succeed(state: SessionState, mechanism: string, login: Login): Reply {
  const { services, settings } = state;
  state.begin(login);
  const ids = {
    sessionId: state.id,
    accountId: login.accountId,
    credentialId: login.credentialId,
    tenantId: login.tenantId,
  };
  services.note(
    event('session.authenticated', services.clock.now(), ids, {
      public: { listener: settings.listener, mechanism, tls: state.tlsFacts?.version ?? null },
      personal: { client: state.address, login: login.name },
    }),
  );
  return ok('Logged in', capabilityCode(state));
}

async function fail(state: SessionState, mechanism: string, failure: SaslFailure): Promise<Reply> {
  const { limits } = state.settings;
  noteFailed(state, mechanism, failure);
  state.authFailures++;
  if (limits.authFailureDelay > 0)
    await new Promise((resolve) => setTimeout(resolve, limits.authFailureDelay).unref());
  if (state.authFailures >= limits.authFailures) state.end(BYES.tooManyLogins);
  return loginFailureReplies[failure.reason];
}

function noteFailed(
  { id, address, services, settings: { listener } }: SessionState,
  mechanism: string,
  { name, reason }: SaslFailure,
): void {
  services.note(
    event(
      'session.authentication-failed',
      services.clock.now(),
      { sessionId: id },
      { public: { listener, mechanism, reason }, personal: { client: address, login: name } },
    ),
  );
}
