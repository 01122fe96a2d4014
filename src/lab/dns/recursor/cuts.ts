/** The delegations that the recursive resolver knows: which hosts have which zone, and the DS records that it was shown. The root stands for ever. */
import { parentOf } from '#lab/dns/wire/name';
import { MAX_TTL } from './cache.ts';
import type { Host } from './read-response.ts';

export interface ZoneCut {
  readonly apex: string;
  readonly hosts: readonly Host[];
  /** DS records that were checked; none where the zone is not signed. */
  readonly ds: readonly Uint8Array[];
}

const MOST = 2_000;

export class CutCache {
  readonly #root: ZoneCut;
  readonly #cuts = new Map<string, { readonly cut: ZoneCut; readonly until: number }>();
  readonly #now: () => number;

  constructor(hints: readonly Host[], trustAnchor: readonly Uint8Array[], now: () => number) {
    this.#root = { apex: '', hosts: hints, ds: trustAnchor };
    this.#now = now;
  }

  /** The deepest known zone that a name may lie in. */
  closest(name: string): ZoneCut {
    for (let at = name; at !== ''; at = parentOf(at)) {
      const known = this.#cuts.get(at);
      if (known !== undefined && known.until > this.#now()) return known.cut;
    }
    return this.#root;
  }

  /** @param ttl in seconds */
  put(cut: ZoneCut, ttl: number): void {
    this.#cuts.delete(cut.apex);
    if (this.#cuts.size >= MOST) {
      for (const oldest of this.#cuts.keys()) {
        this.#cuts.delete(oldest);
        break;
      }
    }
    this.#cuts.set(cut.apex, { cut, until: this.#now() + Math.min(ttl, MAX_TTL) * 1_000 });
  }

  *list(): Generator<{ cut: ZoneCut; left: number }> {
    for (const { cut, until } of this.#cuts.values()) {
      const left = Math.ceil((until - this.#now()) / 1_000);
      if (left > 0) yield { cut, left };
    }
  }

  forget(which: (apex: string) => boolean): number {
    let count = 0;
    for (const apex of this.#cuts.keys()) if (which(apex) && this.#cuts.delete(apex)) count++;
    return count;
  }
}
