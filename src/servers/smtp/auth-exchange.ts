/**
 * An AUTH exchange (RFC 4954 §4): steps of a SASL mechanism to replies, one line of the client at a time. Failures are
 * answered late, counted, and told to the event log; nothing of the exchange is ever logged.
 */
import { base64, EMPTY } from '#bytes';
import { event } from '#events';
import type { LoginOutcome, ScramLookup } from '#mail/accounts/authenticate';
import type { Login } from '#mail/receive/envelope';
import type { Mechanism } from '#protocol/sasl/mechanisms';
import type { ServerStep } from '#protocol/sasl/server-step';
import { parseAuthResponse } from '#protocol/smtp/auth-line';
import { failureReply } from './content.ts';
import { loginReplies, REPLIES, saslReplies } from './replies.ts';
import type { SessionState } from './session-state.ts';
import { wireReply, type WireReply } from './wire-reply.ts';

export interface AuthExchange {
  readonly mechanism: Mechanism;
  /** Takes the client's next response. */
  readonly next: (response: Uint8Array) => ServerStep;
  /** Whom SCRAM names and what each of the keys leads to, once they were looked up. */
  readonly found: { readonly name: string; readonly outcomes: ScramLookup['outcomes'] } | undefined;
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
  return answer(state, exchange, exchange.next(response.bytes));
}

/** RFC 4954 §6: a failure of ours is 454, which no client takes for a wrong password. */
async function answer(
  state: SessionState,
  exchange: AuthExchange,
  step: ServerStep,
): Promise<WireReply> {
  try {
    return await takeStep(state, exchange, step);
  } catch (error) {
    failureReply(state, error);
    return REPLIES.loginUnavailable;
  }
}

/** Carries out what the mechanism asks for. */
async function takeStep(
  state: SessionState,
  exchange: AuthExchange,
  step: ServerStep,
): Promise<WireReply> {
  const { authenticator } = state.services;
  switch (step.kind) {
    case 'challenge':
      state.exchange = { ...exchange, next: step.next };
      state.receiver.startAuth();
      return wireReply(334, undefined, base64(step.data));
    case 'find-credentials': {
      if (step.authzid !== undefined)
        return fail(
          state,
          exchange,
          step.authcid,
          'authorization-identity',
          REPLIES.authzidRefused,
        );
      const { credentials, outcomes } = await authenticator.findScram(step.authcid, 'submission');
      const found = { name: step.authcid, outcomes };
      return takeStep(state, { ...exchange, found }, step.next(credentials));
    }
    case 'check-password': {
      if (step.authzid !== undefined)
        return fail(
          state,
          exchange,
          step.authcid,
          'authorization-identity',
          REPLIES.authzidRefused,
        );
      const outcome = await authenticator.checkPassword(step.authcid, step.password, 'submission');
      return conclude(state, exchange, step.authcid, outcome);
    }
    case 'success': {
      const outcome = exchange.found?.outcomes[step.keyIndex] ?? { kind: 'refused' };
      if (outcome.kind === 'login') authenticator.noteScram(outcome.login);
      return conclude(state, exchange, step.authcid, outcome);
    }
    case 'failure':
      return fail(
        state,
        exchange,
        exchange.found?.name ?? '',
        step.reason,
        saslReplies[step.reason],
      );
    default:
      return step satisfies never;
  }
}

/** What became of a login whose exchange is over. */
function conclude(
  state: SessionState,
  exchange: AuthExchange,
  name: string,
  outcome: LoginOutcome,
): WireReply | Promise<WireReply> {
  if (outcome.kind === 'login') return succeed(state, exchange, outcome.login);
  const reply = loginReplies[outcome.kind];
  // nobody failed here: the server is what is busy
  if (outcome.kind === 'busy') return reply;
  const reason = outcome.kind === 'refused' ? 'wrong-credentials' : outcome.kind;
  return fail(state, exchange, name, reason, reply);
}

/** Begins with what AUTH brought: an initial response, or nothing. */
export function beginExchange(
  state: SessionState,
  mechanism: Mechanism,
  first: Extract<ServerStep, { kind: 'challenge' }>,
  initialResponse: Uint8Array | undefined,
): Promise<WireReply> {
  const exchange: AuthExchange = { mechanism, next: first.next, found: undefined };
  // RFC 4954 §4: a client that speaks first in the mechanism has its response in AUTH or after an empty challenge.
  const step = initialResponse === undefined ? first : first.next(initialResponse);
  return answer(state, exchange, step);
}

function succeed(state: SessionState, { mechanism }: AuthExchange, login: Login): WireReply {
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
  return loginReplies.login;
}

async function fail(
  state: SessionState,
  { mechanism }: AuthExchange,
  name: string,
  reason: string,
  reply: WireReply,
): Promise<WireReply> {
  const { limits } = state.settings;
  noteFailed(state, mechanism, name, reason);
  state.authFailures++;
  if (limits.authFailureDelay > 0)
    await new Promise((resolve) => setTimeout(resolve, limits.authFailureDelay).unref());
  if (state.authFailures < limits.authFailures) return reply;
  state.after = 'close';
  return REPLIES.tooManyLogins;
}

/** The client left in the middle, or gave up. One that SCRAM had told of its failure has failed all the same. */
export function noteAbandoned(state: SessionState): void {
  const { exchange } = state;
  state.exchange = undefined;
  if (exchange?.found === undefined) return;
  const step = exchange.next(EMPTY);
  if (step.kind !== 'failure' || step.reason === 'malformed') return;
  state.authFailures++;
  noteFailed(state, exchange.mechanism, exchange.found.name, step.reason);
}

function noteFailed(
  { id, address, services, settings: { listener } }: SessionState,
  mechanism: Mechanism,
  login: string,
  reason: string,
): void {
  services.note(
    event(
      'session.authentication-failed',
      services.clock.now(),
      { sessionId: id },
      { public: { listener, mechanism, reason }, personal: { client: address, login } },
    ),
  );
}
