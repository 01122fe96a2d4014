/** Nonces that were given out and not used yet (RFC 8555 §6.5): each is good once. Bounded: the oldest are forgotten. */
import { randomBytes } from 'node:crypto';
import { CA_LIMITS } from '#lab/ca/limits';
import { BoundedMap } from './bounded-map.ts';

export class Nonces {
  readonly #given = new BoundedMap<string, true>(CA_LIMITS.nonces);

  give(): string {
    const nonce = randomBytes(16).toString('base64url');
    this.#given.set(nonce, true);
    return nonce;
  }

  /** Whether it was good; it is not any more. */
  take(nonce: string | undefined): boolean {
    return nonce !== undefined && this.#given.delete(nonce);
  }
}
