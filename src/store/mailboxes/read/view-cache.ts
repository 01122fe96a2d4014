/**
 * Small messages that were read a moment ago: who looks at a header or a structure mostly asks for the body next, part by part, and each
 * would be a question to the database. What an email holds never changes, and its id is never used again. Copied into slabs, of which
 * the oldest goes first with all that is in it: the memory of all of them is bounded strictly, and costs the collector of garbage
 * nothing for each message. Given back when nobody asks for a while.
 */
import { totalmem } from 'node:os';
import type { OctetPool } from '#store/query/octet-query';
import { readSmall, type LargeView, type SmallView } from './octets.ts';

/** Octets: so small a part of the memory that there is, within these bounds. */
const PART = 1 / 64;
const LEAST = 32 * 1024 * 1024;
const MOST = 256 * 1024 * 1024;
const SLAB = 512 * 1024;
/** What an entry costs besides its octets. */
const ENTRY = 200;
/** Octets of a message; larger ones would push out too many others. */
export const LARGEST_KEPT = 64 * 1024;
const FORGET_AFTER = 300_000;

interface Slab {
  readonly bytes: Buffer;
  readonly emailIds: number[];
  /** Where the next message begins. */
  end: number;
  /** Octets that may still be put in, with what the entries cost. */
  room: number;
}

interface Kept {
  readonly accountId: string;
  readonly slab: Slab;
  readonly start: number;
  readonly end: number;
}

export class ViewCache {
  readonly #slabsAtMost: number;
  readonly #kept = new Map<number, Kept>();
  #slabs: Slab[] = [];
  #forget: NodeJS.Timeout | undefined;

  /** @param budget octets */
  constructor(budget: number = budgetOf(totalmem(), process.constrainedMemory())) {
    this.#slabsAtMost = Math.floor(budget / SLAB);
  }

  get(accountId: string, emailId: number): SmallView | undefined {
    const kept = this.#kept.get(emailId);
    if (kept?.accountId !== accountId) return undefined;
    this.#forget?.refresh();
    return { kind: 'whole', bytes: kept.slab.bytes.subarray(kept.start, kept.end) };
  }

  keep(accountId: string, emailId: number, { bytes }: SmallView): void {
    if (bytes.length > LARGEST_KEPT || this.#kept.has(emailId)) return;
    const cost = bytes.length + ENTRY;
    let slab = this.#slabs.at(-1);
    if (slab === undefined || slab.room < cost) slab = this.#newSlab();
    const start = slab.end;
    slab.bytes.set(bytes, start);
    slab.end += bytes.length;
    slab.room -= cost;
    slab.emailIds.push(emailId);
    this.#kept.set(emailId, { accountId, slab, start, end: slab.end });
  }

  clear(): void {
    clearTimeout(this.#forget);
    this.#forget = undefined;
    this.#kept.clear();
    this.#slabs = [];
  }

  #newSlab(): Slab {
    if (this.#slabs.length >= this.#slabsAtMost)
      for (const emailId of this.#slabs.shift()!.emailIds) this.#kept.delete(emailId);
    // sessions that still write from an old one keep it: its memory is not used again
    const slab = { bytes: Buffer.allocUnsafeSlow(SLAB), emailIds: [], end: 0, room: SLAB };
    this.#slabs.push(slab);
    this.#forget ??= setTimeout(() => this.clear(), FORGET_AFTER).unref();
    this.#forget.refresh();
    return slab;
  }
}

/** @param constrained what a container may use; 0 where there is no such bound */
export function budgetOf(memory: number, constrained: number): number {
  const usable = constrained > 0 ? Math.min(memory, constrained) : memory;
  return Math.min(Math.max(usable * PART, LEAST), MOST);
}

/** As `readSmall`, and may be shorter than the ids like that; what was read a moment ago comes from memory. */
export async function readThrough(
  { pool, viewCache }: { readonly pool: OctetPool; readonly viewCache: ViewCache },
  accountId: string,
  emailIds: ArrayLike<number>,
  limit?: number,
): Promise<(SmallView | LargeView | undefined)[]> {
  const views = Array.from<number, SmallView | LargeView | undefined>(emailIds, (id) =>
    viewCache.get(accountId, id),
  );
  const missing = [...views.keys()].filter((place) => views[place] === undefined);
  if (missing.length === 0) return views;
  const asked = missing.map((place) => emailIds[place]!);
  const answers = await readSmall(pool, accountId, asked, limit);
  for (const [i, view] of answers.entries()) {
    views[missing[i]!] = view;
    if (view?.kind === 'whole') viewCache.keep(accountId, asked[i]!, view);
  }
  return answers.length < missing.length ? views.slice(0, missing[answers.length]) : views;
}
