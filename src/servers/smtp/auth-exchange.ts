/**
 * An AUTH exchange (RFC 4954 §4): what a SASL exchange comes to, as replies, one line of the client at a time.
 */
import { base64 } from '#bytes';
import type { Mechanism } from '#protocol/sasl/mechanisms';
import type { ServerChallenge } from '#protocol/sasl/server-step';
import { parseAuthResponse } from '#protocol/smtp/auth-line';
import { abandonLogin, concludeLogin } from '#servers/net/login';
import {
  beginSasl,
  continueSasl,
  type SaslDomain,
  type SaslOutcome,
} from '#servers/net/sasl-exchange';
import { failureReply } from './content.ts';
import { LOGGED_IN, loginFailureReplies, loginLater, REPLIES } from './replies.ts';
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
  if (response.kind === 'not-base64') {
    noteAbandoned(state);
    return REPLIES.authNotBase64;
  }
  state.exchange = undefined;
  const next = continueSasl(domainOf(state), exchange, response.bytes);
  return answer(state, exchange.mechanism, next);
}

/** The client left in the middle, or gave up. */
export function noteAbandoned(state: SessionState): void {
  const { exchange } = state;
  state.exchange = undefined;
  if (exchange !== undefined) abandonLogin(state, exchange);
}

function domainOf({ address, services }: SessionState): SaslDomain {
  return {
    authenticator: services.authenticator,
    scope: 'submission',
    gate: services.logins,
    address,
  };
}

async function answer(
  state: SessionState,
  mechanism: Mechanism,
  coming: Promise<SaslOutcome>,
): Promise<WireReply> {
  const result = await concludeLogin(state, mechanism, coming);
  switch (result.kind) {
    case 'challenge':
      state.exchange = result.exchange;
      state.receiver.startAuth();
      return wireReply(334, undefined, base64(result.data));
    case 'login':
      state.authenticated = true;
      state.login = result.login;
      return LOGGED_IN;
    case 'busy':
      return REPLIES.loginsBusy;
    case 'later':
      if (result.last) state.after = 'close';
      return loginLater(result.seconds);
    case 'failed':
      if (!result.last) return loginFailureReplies[result.reason];
      state.after = 'close';
      return REPLIES.tooManyLogins;
    case 'unavailable':
      // RFC 4954 §6: a failure of ours is 454, which no client takes for a wrong password.
      failureReply(state, result.error);
      return REPLIES.loginUnavailable;
    default:
      return result satisfies never;
  }
}
