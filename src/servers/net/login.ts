/**
 * What a login comes to, for every protocol alike: failures are counted, answered late, logged and told to the event log; the session ends
 * after some. The protocols have their replies for it (`servers/smtp/auth-exchange.ts`, `servers/imap/login.ts`).
 */
import type { Clock } from '#clock';
import { event, type Event } from '#events';
import type { Log } from '#log';
import type { Login } from '#mail/receive/envelope';
import type { TlsFacts } from '#protocol/smtp/dialogue';
import {
  abandonedSasl,
  type SaslChallenge,
  type SaslExchange,
  type SaslFailure,
  type SaslFailureReason,
  type SaslLater,
  type SaslOutcome,
} from './sasl-exchange.ts';

/** What of a session a login needs. */
export interface LoginSession {
  readonly id: string;
  /** Of the client. */
  readonly address: string;
  readonly tlsFacts: TlsFacts | undefined;
  /** Failed logins so far. */
  authFailures: number;
  readonly settings: { readonly listener: string; readonly limits: LoginLimits };
  readonly services: {
    readonly clock: Clock;
    readonly log: Log;
    readonly note: (event: Event) => void;
  };
}

export interface LoginLimits {
  /** Failed logins of one session. */
  readonly authFailures: number;
  /** How long the answer to a failed login waits. Milliseconds. */
  readonly authFailureDelay: number;
}

export type LoginResult =
  | SaslChallenge
  | { readonly kind: 'login'; readonly login: Login }
  | { readonly kind: 'busy' }
  /** `last`: the session is to end. */
  | { readonly kind: 'later'; readonly seconds: number; readonly last: boolean }
  | { readonly kind: 'failed'; readonly reason: SaslFailureReason; readonly last: boolean }
  /** A failure of ours, which is no wrong password. */
  | { readonly kind: 'unavailable'; readonly error: unknown };

/** A name as it is logged: a stranger's, of any length. */
const LOGGED_NAME = 320;

/** Waits for an exchange to come to a challenge or to its end, and does what every end asks for. */
export async function concludeLogin(
  session: LoginSession,
  mechanism: string,
  coming: Promise<SaslOutcome>,
): Promise<LoginResult> {
  let outcome: SaslOutcome;
  try {
    outcome = await coming;
  } catch (error) {
    return { kind: 'unavailable', error };
  }
  switch (outcome.kind) {
    case 'challenge':
    case 'busy':
      return outcome;
    case 'login':
      noteLogin(session, mechanism, outcome.login);
      return outcome;
    case 'later':
      noteLater(session, mechanism, outcome);
      return { kind: 'later', seconds: outcome.seconds, last: await late(session) };
    case 'failed':
      noteFailed(session, mechanism, outcome);
      return { kind: 'failed', reason: outcome.reason, last: await late(session) };
    default:
      return outcome satisfies never;
  }
}

/** The client left in the middle of an exchange, or gave up. */
export function abandonLogin(session: LoginSession, exchange: SaslExchange): void {
  const failure = abandonedSasl(exchange);
  if (failure === undefined) return;
  session.authFailures++;
  noteFailed(session, exchange.mechanism, failure);
}

/** Counts a failure and lets its answer wait. Whether it was the last one of the session. */
async function late(session: LoginSession): Promise<boolean> {
  const { authFailures, authFailureDelay } = session.settings.limits;
  session.authFailures++;
  if (authFailureDelay > 0)
    await new Promise((resolve) => setTimeout(resolve, authFailureDelay).unref());
  return session.authFailures >= authFailures;
}

function noteLogin(session: LoginSession, mechanism: string, login: Login): void {
  const { services, settings, tlsFacts } = session;
  const ids = {
    sessionId: session.id,
    accountId: login.accountId,
    credentialId: login.credentialId,
    tenantId: login.tenantId,
  };
  services.note(
    event('session.authenticated', services.clock.now(), ids, {
      public: { listener: settings.listener, mechanism, tls: tlsFacts?.version ?? null },
      personal: { client: session.address, login: login.name },
    }),
  );
}

function noteFailed(
  { id, address, services, settings: { listener } }: LoginSession,
  mechanism: string,
  { name, reason }: SaslFailure,
): void {
  const login = name.slice(0, LOGGED_NAME);
  services.log.info('login.failed', { client: address, login, listener, mechanism, reason });
  services.note(
    event(
      'session.authentication-failed',
      services.clock.now(),
      { sessionId: id },
      { public: { listener, mechanism, reason }, personal: { client: address, login: name } },
    ),
  );
}

function noteLater(
  { id, address, services, settings: { listener } }: LoginSession,
  mechanism: string,
  { name, seconds, per }: SaslLater,
): void {
  const login = name.slice(0, LOGGED_NAME);
  services.log.info('login.put-off', { client: address, login, listener, mechanism, seconds, per });
  services.note(
    event(
      'session.authentication-slowed',
      services.clock.now(),
      { sessionId: id },
      {
        public: { listener, mechanism, per, seconds },
        personal: { client: address, login: name },
      },
    ),
  );
}
