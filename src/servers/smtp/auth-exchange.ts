/**
 * An AUTH exchange (RFC 4954 §4): what a SASL exchange comes to, as replies, one line of the client at a time. Failures are
 * answered late, counted, and told to the event log.
 */
import { base64 } from '#bytes';
import { event } from '#events';
import type { Login } from '#mail/receive/envelope';
import type { Mechanism } from '#protocol/sasl/mechanisms';
import type { ServerChallenge } from '#protocol/sasl/server-step';
import { parseAuthResponse } from '#protocol/smtp/auth-line';
import {
  abandonedSasl,
  beginSasl,
  continueSasl,
  type SaslDomain,
  type SaslFailure,
  type SaslOutcome,
} from '#servers/net/sasl-exchange';
import { failureReply } from './content.ts';
import { LOGGED_IN, loginFailureReplies, REPLIES } from './replies.ts';
import type { SessionState } from './session-state.ts';
import { wireReply, type WireReply } from './wire-reply.ts';

/** Begins with what AUTH brought: an initial response, or nothing. */
export function beginExchange(
  state: SessionState,
  mechanism: Mechanism,
  first: ServerChallenge,
  initialResponse: Uint8Array | undefined,
): Promise<WireReply> {
  return answer(state, mechanism, beginSasl(domainOf(state), mechanism, first, initialResponse));
}

/** A line that answers a challenge. */
export function takeAuthLine(
  state: SessionState,
  line: Uint8Array,
): WireReply | Promise<WireReply> {
  const exchange = state.exchange!;
  if (state.receiver.pending > 0) {
    state.after = 'close';
    return REPLIES.earlyAuth;
  }
  const response = parseAuthResponse(line);
  if (response.kind === 'cancelled') {
    noteAbandoned(state);
    return REPLIES.authCancelled;
  }
  state.exchange = undefined;
  if (response.kind === 'not-base64') return REPLIES.authNotBase64;
  const next = continueSasl(domainOf(state), exchange, response.bytes);
  return answer(state, exchange.mechanism, next);
}

/** The client left in the middle, or gave up. */
export function noteAbandoned(state: SessionState): void {
  const { exchange } = state;
  state.exchange = undefined;
  const failure = exchange && abandonedSasl(exchange);
  if (failure === undefined) return;
  state.authFailures++;
  noteFailed(state, exchange!.mechanism, failure);
}

function domainOf({ services: { authenticator } }: SessionState): SaslDomain {
  return { authenticator, scope: 'submission' };
}

async function answer(
  state: SessionState,
  mechanism: Mechanism,
  coming: Promise<SaslOutcome>,
): Promise<WireReply> {
  let outcome: SaslOutcome;
  try {
    outcome = await coming;
  } catch (error) {
    // RFC 4954 §6: a failure of ours is 454, which no client takes for a wrong password.
    failureReply(state, error);
    return REPLIES.loginUnavailable;
  }
  switch (outcome.kind) {
    case 'challenge':
      state.exchange = outcome.exchange;
      state.receiver.startAuth();
      return wireReply(334, undefined, base64(outcome.data));
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

function succeed(state: SessionState, mechanism: Mechanism, login: Login): WireReply {
  const { services, settings } = state;
  state.authenticated = true;
  state.login = login;
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
  return LOGGED_IN;
}

async function fail(
  state: SessionState,
  mechanism: Mechanism,
  failure: SaslFailure,
): Promise<WireReply> {
  const { limits } = state.settings;
  noteFailed(state, mechanism, failure);
  state.authFailures++;
  if (limits.authFailureDelay > 0)
    await new Promise((resolve) => setTimeout(resolve, limits.authFailureDelay).unref());
  if (state.authFailures < limits.authFailures) return loginFailureReplies[failure.reason];
  state.after = 'close';
  return REPLIES.tooManyLogins;
}

function noteFailed(
  { id, address, services, settings: { listener } }: SessionState,
  mechanism: Mechanism,
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
