/**
 * What the server side of a mechanism asks of its caller, one step at a time. A step that goes on carries
 * the function that takes the answer, so that no message can be handed in at a moment where it has no meaning.
 * Steps hold no hidden state: calling the same function with the same answer gives the same step.
 */
import type { PreparedText } from './prepared-text.ts';
import type { ScramCredentials } from './scram-keys.ts';

/** Send `data` (as base64) and hand the client's decoded response to `next`. */
export interface ServerChallenge {
  readonly kind: 'challenge';
  readonly data: Uint8Array;
  readonly next: (response: Uint8Array) => ServerStep;
}

/** The exchange is over; whether the password is right is for the caller to find out. */
export interface CheckPassword {
  readonly kind: 'check-password';
  /** Who logs in. */
  readonly authcid: PreparedText;
  /** Whom the client asks to act as, where that is someone else; refuse it unless that is allowed. */
  readonly authzid: PreparedText | undefined;
  readonly password: PreparedText;
}

/** Hand the SCRAM credentials of this user to `next`; for an unknown user made-up ones with `known: false`. */
export interface FindCredentials {
  readonly kind: 'find-credentials';
  readonly authcid: PreparedText;
  readonly authzid: PreparedText | undefined;
  readonly next: (credentials: ScramCredentials) => ServerStep;
}

/** The client proved that it knows the password. */
export interface ServerSuccess {
  readonly kind: 'success';
  readonly authcid: PreparedText;
  /** As in {@link CheckPassword}. */
  readonly authzid: PreparedText | undefined;
  /** Which of the keys handed in was proved: their index. */
  readonly keyIndex: number;
}

/**
 * - `malformed`: not what the mechanism's grammar allows (SMTP 501 5.5.2)
 * - `too-long`: over {@link MAX_RESPONSE_OCTETS} (500 5.5.6)
 * - `unusable-text`: a name or password that cannot exist (RFC 4013); answer as for wrong credentials
 * - `wrong-credentials`: no such user or not the password (535 5.7.8)
 * - `channel-binding`: a downgrade, an unknown binding, or another channel than ours: somebody may sit in
 *   between (535 5.7.8)
 */
export type ServerFailureReason =
  | 'malformed'
  | 'too-long'
  | 'unusable-text'
  | 'wrong-credentials'
  | 'channel-binding';

export interface ServerFailure {
  readonly kind: 'failure';
  readonly reason: ServerFailureReason;
}

export type ServerStep =
  | ServerChallenge
  | CheckPassword
  | FindCredentials
  | ServerSuccess
  | ServerFailure;

/**
 * One response of a client. Name, password and identity of {@link MAX_PREPARED_CHARACTERS} ASCII characters
 * each fit; the line of RFC 4954 §4.5 (12,288 octets of base64) holds more than this.
 */
export const MAX_RESPONSE_OCTETS = 4096;

export function serverFailure(reason: ServerFailureReason): ServerFailure {
  return { kind: 'failure', reason };
}

/** A challenge whose answer is bounded before a mechanism sees it. */
export function challenge(
  data: Uint8Array,
  next: (response: Uint8Array) => ServerStep,
): ServerChallenge {
  return {
    kind: 'challenge',
    data,
    next: (response) =>
      response.length > MAX_RESPONSE_OCTETS ? serverFailure('too-long') : next(response),
  };
}
