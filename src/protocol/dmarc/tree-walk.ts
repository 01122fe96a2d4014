/**
 * The DNS tree walk (RFC 9989 §4.10): from a domain up to its single label, at most eight questions, to find records and from
 * them the Organizational Domain (§4.10.2). It stops at a record with psd=y or psd=n, and where the DNS fails. Walks of one
 * judgement share their answers (`record-lookup.ts`).
 */
import { labelsOf } from './domain-name.ts';
import type { RecordLookup } from './record-lookup.ts';
import type { DmarcRecord } from './record.ts';
import type { OrganizationalReason } from './report.ts';

export interface Walk {
  readonly domain: string;
  readonly visited: readonly string[];
  /** From the longest name to the shortest. */
  readonly found: readonly FoundRecord[];
  /** Where the walk could not go on. */
  readonly broken?: { readonly at: string; readonly kind: 'failure' | 'over-limit' };
}

export interface FoundRecord {
  readonly domain: string;
  readonly record: DmarcRecord;
}

/** §4.10 step 4: a name of eight labels or more goes on with its last seven. */
const JUMP_TO = 7;

/** The domains whose records a walk asks for, in order; eight at most. */
export function walkTargets(domain: string): string[] {
  const labels = labelsOf(domain);
  const parents = labels.slice(labels.length > JUMP_TO ? -JUMP_TO : 1);
  return [domain, ...parents.map((_, index) => parents.slice(index).join('.'))];
}

export async function walkTree(domain: string, lookup: RecordLookup): Promise<Walk> {
  const visited: string[] = [];
  const found: FoundRecord[] = [];
  for (const target of walkTargets(domain)) {
    visited.push(target);
    const answer = await lookup(target);
    if (answer.kind === 'failure' || answer.kind === 'over-limit') {
      return { domain, visited, found, broken: { at: target, kind: answer.kind } };
    }
    if (answer.kind !== 'record') continue;
    found.push({ domain: target, record: answer.record });
    if (answer.record.psd !== 'u') break;
  }
  return { domain, visited, found };
}

/** §4.10.2, of a walk that came to its end. */
export function organizationalDomain({ domain, found }: Walk): {
  readonly domain: string;
  readonly because: OrganizationalReason;
} {
  // a record with psd=y or psd=n ended the walk, so that it can only be the last
  const last = found.at(-1);
  if (last === undefined) return { domain, because: 'no-record' };
  if (last.record.psd === 'n') return { domain: last.domain, because: 'psd-n' };
  if (last.record.psd === 'y' && last.domain !== domain) {
    const below = labelsOf(domain).slice(-(labelsOf(last.domain).length + 1));
    return { domain: below.join('.'), because: 'below-psd-y' };
  }
  return { domain: last.domain, because: 'fewest-labels' };
}

/**
 * The record that applies to a domain without one of its own (§4.10.1): that of its Organizational Domain, else that of its
 * public suffix.
 */
export function inheritedRecord(
  walk: Walk,
): (FoundRecord & { readonly source: 'organizational' | 'public-suffix' }) | undefined {
  const organization = organizationalDomain(walk);
  const own = walk.found.find(({ domain }) => domain === organization.domain);
  if (own) return { ...own, source: 'organizational' };
  const last = walk.found.at(-1);
  return last?.record.psd === 'y' ? { ...last, source: 'public-suffix' } : undefined;
}
