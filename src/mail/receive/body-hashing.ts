/**
 * The hashes of a body for all who need some: they ask while the header is looked at, the body is hashed once as it comes, and all have
 * their answer at its end.
 */
import { startBodyHashes, type BodyHashes, type BodyHashRequest } from '#protocol/dkim/body-hash';
import type { BodySink } from './intake.ts';

export class BodyHashing {
  readonly #requests: BodyHashRequest[] = [];
  readonly #ended = Promise.withResolvers<BodyHashes>();

  /** To be called before `begin`. Without a request the answer does not wait for the body. */
  ask(requests: readonly BodyHashRequest[]): Promise<BodyHashes> {
    if (requests.length === 0) return Promise.resolve(startBodyHashes([]));
    this.#requests.push(...requests);
    return this.#ended.promise;
  }

  /** Who is to see the body: undefined where nobody asked. */
  begin(): BodySink | undefined {
    if (this.#requests.length === 0) return undefined;
    const hasher = startBodyHashes(this.#requests);
    return {
      push: (bytes) => hasher.push(bytes),
      end: () => {
        hasher.end();
        this.#ended.resolve(hasher);
      },
    };
  }
}
