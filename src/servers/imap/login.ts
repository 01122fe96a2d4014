/**
 * Logging in: what an exchange of AUTHENTICATE (RFC 9051 §6.2.2), or LOGIN, comes to, as replies.
 */
import { abandonLogin, concludeLogin as conclude } from '#servers/net/login';
import type { SaslChallenge, SaslDomain, SaslEnd, SaslOutcome } from '#servers/net/sasl-exchange';
import { capabilityCode } from './capabilities.ts';
import { failureReply } from './failure.ts';
import { BYES, loginFailureReplies, loginLater, REPLIES } from './responses/replies.ts';
import { ok, type Reply } from './responses/reply.ts';
import type { SessionState } from './session-state.ts';

export function saslDomain({ address, services }: SessionState): SaslDomain {
  return { authenticator: services.authenticator, scope: 'imap', gate: services.logins, address };
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
  const result = await conclude(state, mechanism, coming);
  switch (result.kind) {
    case 'challenge':
      return result;
    case 'login':
      state.begin(result.login);
      return ok('Logged in', capabilityCode(state));
    case 'busy':
      return REPLIES.loginsBusy;
    case 'later':
      if (result.last) state.end(BYES.tooManyLogins);
      return loginLater(result.seconds);
    case 'failed':
      if (result.last) state.end(BYES.tooManyLogins);
      return loginFailureReplies[result.reason];
    case 'unavailable':
      // A failure of ours is no wrong password, whatever the cause.
      failureReply(state, result.error);
      return REPLIES.loginUnavailable;
    default:
      return result satisfies never;
  }
}

/** The client left in the middle of an exchange, or gave up. */
export function noteAbandoned(state: SessionState): void {
  const { authenticating } = state;
  state.authenticating = undefined;
  if (authenticating !== undefined) abandonLogin(state, authenticating.exchange);
}
