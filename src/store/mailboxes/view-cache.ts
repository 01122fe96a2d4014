/**
 * Small messages that were read a moment ago: who looks at a header or a structure mostly asks for the body next, part by part, and each
 * would be a question to the database. What an email holds never changes, and its id is never used again. Bounded in all, the one used
 * longest ago goes first; given back when nobody asks for a while.
 */
import type { OctetPool } from '#store/octet-query';
import { readSmall, type LargeView, type SmallView } from './octets.ts';

/** Octets. */
const BUDGET = 32 * 1024 * 1024;
/** What an entry costs besides its octets. */
const ENTRY = 200;
/** Larger ones would push out too many others. */
const LARGEST = 64 * 1024;
const FORGET_AFTER = 60_000;

interface Kept {
  readonly accountId: string;
  readonly view: SmallView;
}

export class ViewCache {
  readonly #budget: number;
  readonly #kept = new Map<number, Kept>();
  #size = 0;
  #forget: NodeJS.Timeout | undefined;

  constructor(budget: number = BUDGET) {
    this.#budget = budget;
  }

  get(accountId: string, emailId: number): SmallView | undefined {
    const kept = this.#kept.get(emailId);
    if (kept?.accountId !== accountId) return undefined;
    this.#kept.delete(emailId);
    this.#kept.set(emailId, kept);
    this.#forget?.refresh();
    return kept.view;
  }

  keep(accountId: string, emailId: number, { bytes }: SmallView): void {
    if (bytes.length > LARGEST || this.#kept.has(emailId)) return;
    // in memory of its own: a slice of a shared buffer would keep all of that
    const own = Buffer.allocUnsafeSlow(bytes.length);
    own.set(bytes);
    this.#kept.set(emailId, { accountId, view: { kind: 'whole', bytes: own } });
    this.#size += own.length + ENTRY;
    for (const [oldest, { view: old }] of this.#kept) {
      if (this.#size <= this.#budget) break;
      this.#kept.delete(oldest);
      this.#size -= old.bytes.length + ENTRY;
    }
    this.#forget ??= setTimeout(() => this.clear(), FORGET_AFTER).unref();
    this.#forget.refresh();
  }

  clear(): void {
    clearTimeout(this.#forget);
    this.#forget = undefined;
    this.#kept.clear();
    this.#size = 0;
  }
}

/** As `readSmall`, and may be shorter than the ids like that; what was read a moment ago comes from memory. */
export async function readThrough(
  { pool, viewCache }: { readonly pool: OctetPool; readonly viewCache: ViewCache },
  accountId: string,
  emailIds: ArrayLike<number>,
): Promise<(SmallView | LargeView | undefined)[]> {
  const views = Array.from<number, SmallView | LargeView | undefined>(emailIds, (id) =>
    viewCache.get(accountId, id),
  );
  const missing = [...views.keys()].filter((place) => views[place] === undefined);
  if (missing.length === 0) return views;
  const asked = missing.map((place) => emailIds[place]!);
  const answers = await readSmall(pool, accountId, asked);
  for (const [i, view] of answers.entries()) {
    views[missing[i]!] = view;
    if (view?.kind === 'whole') viewCache.keep(accountId, asked[i]!, view);
  }
  return answers.length < missing.length ? views.slice(0, missing[answers.length]) : views;
}
