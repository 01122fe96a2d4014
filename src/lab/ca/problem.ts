/** Why the authority does not do what it is asked: a problem document (RFC 8555 §6.7, RFC 9457). Thrown, and caught once for each request. */
import { ACME_ERROR } from '#protocol/acme/problem';

export type ProblemWord =
  | 'accountDoesNotExist'
  | 'alreadyReplaced'
  | 'alreadyRevoked'
  | 'badCSR'
  | 'badNonce'
  | 'badPublicKey'
  | 'badRevocationReason'
  | 'badSignatureAlgorithm'
  | 'caa'
  | 'connection'
  | 'dns'
  | 'invalidContact'
  | 'invalidProfile'
  | 'malformed'
  | 'orderNotReady'
  | 'rateLimited'
  | 'rejectedIdentifier'
  | 'serverInternal'
  | 'tls'
  | 'unauthorized'
  | 'unsupportedContact'
  | 'unsupportedIdentifier';

export interface Subproblem {
  readonly word: ProblemWord;
  readonly detail: string;
  /** The name that it is about. */
  readonly name: string;
}

export interface ProblemMore {
  /** Milliseconds that the client is to wait. */
  readonly retryAfter?: number;
  readonly subproblems?: readonly Subproblem[];
  /** Signatures that would do (RFC 8555 §6.2). */
  readonly algorithms?: readonly string[];
  /** Where the account of the key is (§7.3.5). */
  readonly location?: string;
}

export class AcmeProblem extends Error {
  /** Of HTTP. */
  readonly status: number;
  readonly word: ProblemWord;
  readonly more: ProblemMore;

  constructor(status: number, word: ProblemWord, detail: string, more: ProblemMore = {}) {
    super(detail);
    this.status = status;
    this.word = word;
    this.more = more;
  }
}

export function malformed(detail: string, status = 400): AcmeProblem {
  return new AcmeProblem(status, 'malformed', detail);
}

export interface ProblemDocument {
  readonly type: string;
  readonly detail: string;
  readonly status: number;
  readonly subproblems?: readonly object[];
  readonly algorithms?: readonly string[];
}

export function problemDocument({ status, word, message, more }: AcmeProblem): ProblemDocument {
  const { subproblems, algorithms } = more;
  return {
    type: `${ACME_ERROR}${word}`,
    detail: message,
    status,
    ...(subproblems && {
      subproblems: subproblems.map((one) => ({
        type: `${ACME_ERROR}${one.word}`,
        detail: one.detail,
        identifier: { type: 'dns', value: one.name },
      })),
    }),
    ...(algorithms && { algorithms }),
  };
}
