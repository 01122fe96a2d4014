/**
 * What the client side of a mechanism asks of its caller, one step at a time; the counterpart of
 * `server-step.ts`. A server's «success» counts only while the last step was a `respond` with
 * `complete: true`: before that a server has not proved what the mechanism wants proved.
 */
import type { PreparedText } from './prepared-text.ts';

/** Send `data` (as base64) and hand the server's next decoded challenge, if one comes, to `next`. */
export interface ClientRespond {
  readonly kind: 'respond';
  readonly data: Uint8Array;
  /** The mechanism has nothing left to send or check: success may follow. */
  readonly complete: boolean;
  readonly next: (challenge: Uint8Array) => ClientStep;
}

/** Nothing to send before the server's first challenge: start without an initial response. */
export interface ClientListen {
  readonly kind: 'listen';
  readonly next: (challenge: Uint8Array) => ClientStep;
}

/** Work for `saltPassword` (PBKDF2, some milliseconds off the main thread); hand its result to `next`. */
export interface DeriveKey {
  readonly kind: 'derive-key';
  readonly password: PreparedText;
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly next: (saltedPassword: Uint8Array) => ClientStep;
}

/**
 * - `unusable-text`: our own name or password cannot be prepared (RFC 4013)
 * - `malformed`: the server's message breaks the grammar, or it wants more than the mechanism has
 * - `refused`: the server said why in its message (`detail`, RFC 5802 §7 `e=`)
 * - `weak`: fewer iterations than RFC 7677 §4 allows, or more than we are willing to compute
 * - `server-not-proved`: the server does not know our password's verifier; it is not whom we meant
 */
export interface ClientFailure {
  readonly kind: 'failure';
  readonly reason: 'unusable-text' | 'malformed' | 'refused' | 'weak' | 'server-not-proved';
  readonly detail: string;
}

export type ClientStep = ClientRespond | ClientListen | DeriveKey | ClientFailure;

export interface ClientCredentials {
  readonly username: string;
  readonly password: string;
  /** Whom to act as, if not `username` itself. */
  readonly authzid?: string;
}

export function clientFailure(reason: ClientFailure['reason'], detail: string): ClientFailure {
  return { kind: 'failure', reason, detail };
}

/** For a challenge after the last one that the mechanism has. */
export function unexpectedChallenge(): ClientFailure {
  return clientFailure('malformed', 'the server asked for more than the mechanism has');
}
