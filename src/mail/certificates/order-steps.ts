/** The steps of an order, each with the section it follows, and why one fails: what is stored, told and logged. */

export type AcmeStep = { readonly rfc?: string } & (
  | { readonly step: 'directory'; readonly url: string }
  | { readonly step: 'account-known' | 'account-new' | 'account-again'; readonly url: string }
  | { readonly step: 'account-forgotten' | 'account-key-new'; readonly text: string }
  | { readonly step: 'ordered'; readonly names: readonly string[] }
  | { readonly step: 'not-replacing' }
  | { readonly step: 'authorized-before'; readonly name: string }
  | { readonly step: 'answer-http'; readonly name: string; readonly url: string }
  | { readonly step: 'answer-tls'; readonly name: string }
  | { readonly step: 'answer-dns'; readonly name: string; readonly value: string }
  | {
      readonly step: 'dns-seen';
      readonly name: string;
      readonly servers: readonly string[];
      readonly seconds: number;
    }
  | { readonly step: 'hook-not-removed'; readonly name: string; readonly text: string }
  | { readonly step: 'responded'; readonly name: string }
  | { readonly step: 'validated'; readonly name: string; readonly seconds: number }
  | { readonly step: 'finalized'; readonly keyKind: string; readonly sameKey: boolean }
  | { readonly step: 'issued'; readonly issuer: string; readonly until: string }
  | { readonly step: 'nonces'; readonly count: number }
  | ({ readonly step: 'failed' } & OrderFailure)
);

/** Why an order came to nothing: errors of ACME by their word (RFC 8555 §6.7, RFC 9773 §7.4), and our own. */
export type FailureCause =
  | 'accountDoesNotExist'
  | 'badCSR'
  | 'badNonce'
  | 'badPublicKey'
  | 'badSignatureAlgorithm'
  | 'caa'
  | 'compound'
  | 'connection'
  | 'dns'
  | 'externalAccountRequired'
  | 'incorrectResponse'
  | 'invalidContact'
  | 'malformed'
  | 'orderNotReady'
  | 'rateLimited'
  | 'rejectedIdentifier'
  | 'serverInternal'
  | 'tls'
  | 'unauthorized'
  | 'unsupportedContact'
  | 'unsupportedIdentifier'
  | 'userActionRequired'
  | 'other-problem'
  | 'unreachable'
  | 'not-acme'
  | 'no-such-challenge'
  | 'hook-failed'
  | 'not-propagated'
  | 'too-slow'
  | 'bad-certificate'
  | 'not-in-dns'
  | 'many-of-the-same'
  | 'stopped';

export interface OrderFailure {
  readonly cause: FailureCause;
  /** As it was said, by whoever said it. */
  readonly text: string;
  /** The type of the problem document. */
  readonly type?: string;
  /** Of HTTP. */
  readonly status?: number;
  /** The name of the certificate that it is about. */
  readonly name?: string;
  /** A page to visit. */
  readonly page?: string;
  /** Milliseconds that the authority wants to be left alone. */
  readonly retryAfter?: number;
}

/** Ends an order; caught where the order is made. */
export class OrderFailed extends Error {
  readonly failure: OrderFailure;

  constructor(failure: OrderFailure) {
    super(failure.text);
    this.failure = failure;
  }
}
