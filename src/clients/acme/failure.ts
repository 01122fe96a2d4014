/** Why a request to a certificate authority came to nothing. Thrown from the client, caught once where an order is made. */
import type { Problem } from '#protocol/acme/problem';

export type AcmeFailure =
  /** No answer came. */
  | { readonly kind: 'unreachable'; readonly text: string }
  /** What answered does not speak ACME, or not as it is written. */
  | { readonly kind: 'not-acme'; readonly text: string }
  | {
      readonly kind: 'problem';
      readonly problem: Problem;
      /** Of HTTP. */
      readonly status: number;
      /** Milliseconds; undefined where the authority did not say. */
      readonly retryAfter: number | undefined;
    };

export class AcmeError extends Error {
  readonly failure: AcmeFailure;

  constructor(failure: AcmeFailure) {
    super(failure.kind === 'problem' ? failure.problem.detail : failure.text);
    this.failure = failure;
  }
}
