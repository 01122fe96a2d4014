/**
 * Body hashes (RFC 6376 §3.7 step 1): SHA-256 over the canonical body, for several signatures in one
 * pass over the chunks. Called by sign.ts and verify.ts.
 */
import { createHash, type Hash } from 'node:crypto';
import { canonicalizeBody, type Canonicalization } from './canonicalize-body.ts';

export type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** What to hash: the first `limit` octets of the canonical body (l=), or all of it. */
export interface BodyHashRequest {
  readonly canonicalization: Canonicalization;
  readonly limit?: number;
}

export interface BodyHash {
  readonly digest: Uint8Array;
  /** Octets of the whole canonical body. */
  readonly octets: number;
  /** Octets of it that the digest covers. */
  readonly covered: number;
}

/**
 * Hashes a body, given in chunks from the first octet after the header's empty line, once for each
 * request; the answers stand in the order of the requests. Requests that are alike share the work.
 * Rejects only where `chunks` does.
 */
export async function hashBody(
  chunks: Chunks,
  requests: readonly BodyHashRequest[],
): Promise<BodyHash[]> {
  const hashers = new Map<string, ReturnType<typeof startBodyHash>>();
  for (const { canonicalization } of requests) {
    const limits = requests.filter((other) => other.canonicalization === canonicalization);
    if (!hashers.has(canonicalization)) {
      hashers.set(canonicalization, startBodyHash(canonicalization, limits.map(limitOf)));
    }
  }
  for await (const chunk of chunks) for (const hasher of hashers.values()) hasher.push(chunk);
  const finished = new Map(Array.from(hashers, ([kind, hasher]) => [kind, hasher.finish()]));
  return requests.map((request) => finished.get(request.canonicalization)!.get(limitOf(request))!);
}

/** One canonicalization, several limits (Infinity for none). */
function startBodyHash(kind: Canonicalization, limits: readonly number[]) {
  const hashes = new Map<number, Hash>(limits.map((limit) => [limit, createHash('sha256')]));
  let octets = 0;
  const body = canonicalizeBody(kind, (bytes) => {
    for (const [limit, hash] of hashes) {
      const room = limit - octets;
      if (room > 0) hash.update(room < bytes.length ? bytes.subarray(0, room) : bytes);
    }
    octets += bytes.length;
  });
  return {
    push: (chunk: Uint8Array): void => body.push(chunk),
    finish(): Map<number, BodyHash> {
      body.end();
      return new Map(
        Array.from(hashes, ([limit, hash]) => [
          limit,
          { digest: hash.digest(), octets, covered: Math.min(limit, octets) },
        ]),
      );
    },
  };
}

function limitOf({ limit }: BodyHashRequest): number {
  return limit ?? Infinity;
}
