/**
 * What an attempt came to for one recipient, whoever decided it: routing, a peer, or delivery here. One form, from which conclusions,
 * events and notices are made (`settle.ts`).
 */
import type { Cause, RecipientOutcome } from '#clients/smtp/outcome';
import { replyText } from '#protocol/smtp/reply';
import type { ClaimedRecipient } from '#store/queue/claim';
import type { Suppressed } from '#store/suppression';

export interface Result {
  readonly recipient: ClaimedRecipient;
  /**
   * - `delivered`: in a mailbox here, or taken by a peer
   * - `expanded`: sent on to the several addresses behind an alias, some of them elsewhere
   * - `redirected`: sent on to the one address elsewhere behind an alias, with all that the author asked for
   * - `held`: waits for a release, `text` says why
   */
  readonly kind: 'delivered' | 'expanded' | 'redirected' | 'deferred' | 'failed' | 'held';
  /** How far it came: `route`, a stage of the SMTP client, `mailbox`, or `alias` for what was sent on. */
  readonly stage: string;
  /** Enhanced status code. */
  readonly status: string;
  /** The reply code, where a peer decided. */
  readonly code: number | undefined;
  /** The reply of the peer, or what happened in our words. */
  readonly text: string;
  /** Whom we spoke with. */
  readonly host: string | undefined;
  /** The peer knows what the author asked for and will notify. */
  readonly peerNotifies: boolean;
  /** Nothing was tried: bulk mail is not sent to it (`withhold.ts`). */
  readonly suppressed?: Pick<Suppressed, 'reason' | 'stream' | 'until'>;
}

/** From the client's outcome; undefined where nothing was decided (abandoned). */
export function resultOf(
  recipient: ClaimedRecipient,
  outcome: RecipientOutcome,
  host: string | undefined,
  peerNotifies: boolean,
): Result | undefined {
  if (outcome.kind === 'abandoned') return undefined;
  if (outcome.kind === 'delivered') {
    const { status, reply } = outcome;
    return {
      recipient,
      kind: 'delivered',
      stage: 'end-of-data',
      status,
      code: reply.code,
      text: replyText(reply),
      host,
      peerNotifies,
    };
  }
  const { kind, stage, status, cause } = outcome;
  const code = cause.kind === 'reply' ? cause.reply.code : undefined;
  return { recipient, kind, stage, status, code, text: causeText(cause), host, peerNotifies };
}

/** What decides without a peer. */
export function ownResult(
  recipient: ClaimedRecipient,
  kind: Result['kind'],
  stage: string,
  status: string,
  text: string,
): Result {
  return {
    recipient,
    kind,
    stage,
    status,
    code: undefined,
    text,
    host: undefined,
    peerNotifies: false,
  };
}

/** A cause in one line: the peer's own words where it said something. */
export function causeText(cause: Cause): string {
  return (CAUSE_TEXT[cause.kind] as (cause: Cause) => string)(cause);
}

const CAUSE_TEXT: {
  readonly [K in Cause['kind']]: (cause: Extract<Cause, { kind: K }>) => string;
} = {
  reply: ({ reply }) => replyText(reply),
  network: ({ reason, detail }) => inDetail(NETWORK_TEXT[reason], detail),
  'not-smtp': ({ line }) => `The peer does not answer as an SMTP server does: ${line}`,
  tls: ({ reason, detail }) => inDetail(TLS_TEXT[reason], detail),
  auth: ({ reason, detail }) => inDetail(AUTH_TEXT[reason], detail),
  'not-offered': ({ extension, detail }) => `The peer does not offer ${extension}: ${detail}`,
  'session-full': ({ detail }) => detail,
  content: ({ reason, detail }) => `The message cannot be sent as it is: ${reason}, ${detail}`,
};

const NETWORK_TEXT = {
  refused: 'The connection was refused',
  'timed-out': 'The connection timed out',
  unreachable: 'The host cannot be reached',
  'local-address': 'Our own source address cannot be used',
  lost: 'The connection was lost',
  aborted: 'The attempt was stopped',
  error: 'The connection failed',
} as const;

const TLS_TEXT = {
  'not-offered': 'The peer does not offer TLS, which is required',
  refused: 'The peer refused to begin TLS',
  handshake: 'The TLS handshake failed',
  unverified: 'The certificate of the peer cannot be verified',
  tlsa: 'The certificate of the peer matches none of the TLSA records of its domain',
  injected: 'The peer sent something before TLS began, which an attacker may have put in',
} as const;

const AUTH_TEXT = {
  'not-offered': 'The peer does not offer to log in, which the route asks for',
  'no-common-mechanism': 'The peer offers no way to log in that we know',
  'needs-tls': 'A password is not sent without TLS',
  'mechanism-failed': 'Logging in failed',
} as const;

function inDetail(text: string, detail: string): string {
  return detail === '' ? text : `${text} (${detail})`;
}
