/** What the authority remembers while it runs: accounts, orders with their authorizations, certificates (RFC 8555 §7.1). */
import type { ChallengeType } from '#lab/ca/challenge-types';
import type { ProblemDocument } from '#lab/ca/problem';
import type { ProfileName } from '#lab/ca/profiles';
import type { CaStep } from '#lab/ca/steps/steps';
import type { PublicKey } from './jwk.ts';

export interface Account {
  /** The thumbprint of its first key, so that it is found again under the same URL after a restart. */
  readonly id: string;
  key: PublicKey;
  contact: readonly string[];
  status: 'valid' | 'deactivated';
}

export interface Challenge {
  readonly type: ChallengeType;
  readonly token: string;
  status: 'pending' | 'processing' | 'valid' | 'invalid';
  /** Real time. */
  validatedAt?: number;
  error?: ProblemDocument;
}

export interface Authorization {
  readonly id: string;
  /** Without `*.`. */
  readonly name: string;
  readonly wildcard: boolean;
  status: 'pending' | 'valid' | 'invalid' | 'deactivated';
  readonly challenges: readonly Challenge[];
  readonly order: Order;
}

export interface Order {
  readonly id: string;
  readonly account: Account;
  /** Sorted, in lower case. */
  readonly names: readonly string[];
  readonly profile: ProfileName;
  /** Real time in milliseconds. */
  readonly at: number;
  readonly expiresAt: number;
  readonly authorizations: Authorization[];
  /** Identifier of the certificate that this one takes the place of (RFC 9773 §5). */
  readonly replaces: string | undefined;
  status: 'pending' | 'ready' | 'processing' | 'valid' | 'invalid';
  error?: ProblemDocument;
  certificate?: IssuedCertificate;
  readonly steps: CaStep[];
}

export interface IssuedCertificate {
  /** Hexadecimal. */
  readonly serial: string;
  /** RFC 9773 §4.1. */
  readonly renewalId: string;
  readonly account: Account;
  readonly order: Order;
  readonly names: readonly string[];
  /** PEM: the certificate and the one above it. */
  readonly chain: string;
  /** Real time. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** An order that was finalized took its place (RFC 9773 §5). */
  replaced: boolean;
  /** Since when, in real time. */
  revokedAt: number | undefined;
  /** Since when the authority wants it renewed at once. */
  recalledAt: number | undefined;
}
