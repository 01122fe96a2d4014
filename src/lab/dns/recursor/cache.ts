/**
 * What the recursive resolver remembers: sets of records and what does not exist (RFC 2308), each until its time by the calendar. Bounded; when it is
 * full, what was put in first goes first.
 */
import type { WireRecord } from '#lab/dns/wire/message';
import type { RRset } from '#lab/dns/zone/zone';

/** RFC 4035 §4.3; what is bogus is never an answer. */
export type Security = 'secure' | 'insecure';

/** A set with the signatures that came with it. */
export interface SignedSet {
  readonly set: RRset;
  readonly signatures: readonly Uint8Array[];
}

export type Known =
  | {
      readonly kind: 'data';
      readonly found: SignedSet;
      readonly security: Security;
      /** NSEC sets that show that a wildcard may answer. */
      readonly proofs: readonly WireRecord[];
    }
  | {
      readonly kind: 'none';
      readonly rcode: 'NOERROR' | 'NXDOMAIN';
      /** The SOA record and, of signed zones, the proofs. */
      readonly authorities: readonly WireRecord[];
      readonly security: Security;
    }
  | { readonly kind: 'failure'; readonly code: number; readonly text: string };

interface Entry {
  readonly until: number;
  readonly known: Known;
}

/** No answer is remembered for longer than a day, as resolvers do. */
export const MAX_TTL = 86_400;

export class RecordCache {
  readonly #entries = new Map<string, Entry>();
  readonly #most: number;
  readonly #now: () => number;

  constructor(most: number, now: () => number) {
    this.#most = most;
    this.#now = now;
  }

  /** With the seconds it has left, at least one. */
  get(name: string, type: number): { known: Known; left: number } | undefined {
    const key = keyOf(name, type);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const left = Math.ceil((entry.until - this.#now()) / 1_000);
    if (left > 0) return { known: entry.known, left };
    this.#entries.delete(key);
    return undefined;
  }

  /** Remembers for so many seconds; not at all for none. */
  put(name: string, type: number, known: Known, ttl: number): void {
    const key = keyOf(name, type);
    this.#entries.delete(key);
    if (ttl <= 0) return;
    if (this.#entries.size >= this.#most) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    this.#entries.set(key, { until: this.#now() + Math.min(ttl, MAX_TTL) * 1_000, known });
  }

  *list(): Generator<{ name: string; type: number; left: number; known: Known }> {
    const now = this.#now();
    for (const [key, { until, known }] of this.#entries) {
      const left = Math.ceil((until - now) / 1_000);
      const space = key.indexOf(' ');
      if (left > 0)
        yield { type: Number(key.slice(0, space)), name: key.slice(space + 1), left, known };
    }
  }

  /** Forgets those for which `which` holds, and says how many they were. */
  forget(which: (name: string) => boolean): number {
    let count = 0;
    for (const key of this.#entries.keys()) {
      if (which(key.slice(key.indexOf(' ') + 1)) && this.#entries.delete(key)) count++;
    }
    return count;
  }
}

function keyOf(name: string, type: number): string {
  return `${type} ${name}`;
}
