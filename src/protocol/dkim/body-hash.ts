/**
 * Body hashes (RFC 6376 §3.7 step 1): SHA-256 over the canonical body, for several signatures in one pass. SHA-256 is the hash
 * of every algorithm that is not refused (RFC 8301, RFC 8463).
 *
 * The work does not depend on how many hashes are asked for: each canonicalization is made once and hashed once, and a hash
 * with a limit (l=) is the state of that hash when the limit is reached. Called by sign.ts, verify.ts, arc/ and mail/receive.
 */
import { createHash } from 'node:crypto';
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

/** The hashes of one body. What was asked for can be read after the end. */
export interface BodyHashes {
  /** @throws Error for a request that was not made at the start, which is a bug of the caller */
  of(request: BodyHashRequest): BodyHash;
}

/** Takes one body in pieces, from the first octet after the header's empty line, however it is cut. */
export interface BodyHasher extends BodyHashes {
  /** The octets are not looked at after it returns. */
  push(piece: Uint8Array): void;
  /** To be called once, after the last piece. */
  end(): void;
}

/** Starts on one body; without a request it does nothing at all. */
export function startBodyHashes(requests: readonly BodyHashRequest[]): BodyHasher {
  const limits = new Map<Canonicalization, Set<number>>();
  for (const request of requests) {
    const { canonicalization } = request;
    const wanted = limits.get(canonicalization);
    if (wanted) wanted.add(limitOf(request));
    else limits.set(canonicalization, new Set([limitOf(request)]));
  }
  const hashers = new Map(
    Array.from(limits, ([kind, wanted]) => [kind, startOne(kind, [...wanted])]),
  );
  return {
    push(piece) {
      for (const hasher of hashers.values()) hasher.push(piece);
    },
    end() {
      for (const hasher of hashers.values()) hasher.end();
    },
    of(request) {
      const hash = hashers.get(request.canonicalization)?.at(limitOf(request));
      if (!hash) throw new Error('this body hash was not asked for, or the body has not ended');
      return hash;
    },
  };
}

/** Hashes a body that is at hand. Rejects only where `chunks` does. */
export async function hashBody(
  chunks: Chunks,
  requests: readonly BodyHashRequest[],
): Promise<BodyHash[]> {
  const hasher = startBodyHashes(requests);
  for await (const chunk of chunks) hasher.push(chunk);
  hasher.end();
  return requests.map((request) => hasher.of(request));
}

interface OneHasher {
  push(piece: Uint8Array): void;
  end(): void;
  at(limit: number): BodyHash | undefined;
}

/** One canonicalization, several limits (Infinity for none). */
function startOne(kind: Canonicalization, wanted: readonly number[]): OneHasher {
  const limits = wanted.toSorted((a, b) => a - b);
  const hash = createHash('sha256');
  const digests = new Map<number, Uint8Array>();
  let hashed = 0;
  let octets = 0;
  let next = 0;

  const update = (bytes: Uint8Array): void => {
    hash.update(bytes);
    hashed += bytes.length;
  };

  const body = canonicalizeBody(kind, (bytes) => {
    octets += bytes.length;
    if (octets < limits[next]!) {
      update(bytes);
      return;
    }
    let at = 0;
    for (; next < limits.length && limits[next]! <= octets; next++) {
      const end = at + limits[next]! - hashed;
      if (end > at) update(bytes.subarray(at, end));
      at = end;
      digests.set(limits[next]!, hash.copy().digest());
    }
    if (next < limits.length && at < bytes.length) update(bytes.subarray(at));
  });

  return {
    push: (piece) => body.push(piece),
    end() {
      body.end();
      if (next < limits.length) {
        const whole = hash.digest();
        for (const limit of limits.slice(next)) digests.set(limit, whole);
      }
    },
    at(limit) {
      const digest = digests.get(limit);
      return digest && { digest, octets, covered: Math.min(limit, octets) };
    },
  };
}

function limitOf({ limit }: BodyHashRequest): number {
  return limit ?? Infinity;
}
