/** The CAA records that count for a name, and what they let an authority do (RFC 8659 §3, §4). Pure. */
import type { CaaData } from '#protocol/dns/resolver';

const WILDCARD = '*.';

export function isWildcard(name: string): boolean {
  return name.startsWith(WILDCARD);
}

/**
 * The names whose records are asked for, nearest first, up to the top-level domain: the first that has any is the one that counts (§3).
 * @param name what a certificate is ordered for; of a wildcard, the name below which it stands
 */
export function caaNames(name: string): readonly string[] {
  const labels = (isWildcard(name) ? name.slice(WILDCARD.length) : name).split('.');
  return labels.map((_, index) => labels.slice(index).join('.'));
}

/** The tag that counts: `issuewild` goes before `issue` for wildcards, and means nothing for other names (§4.3). */
export function issueTag(records: readonly CaaData[], forWildcard: boolean): 'issue' | 'issuewild' {
  const hasWild = records.some(({ tag }) => tag.toLowerCase() === 'issuewild');
  return forWildcard && hasWild ? 'issuewild' : 'issue';
}

/** Values of those that count. None: everybody may. */
export function issueValues(records: readonly CaaData[], forWildcard: boolean): readonly string[] {
  const counting = issueTag(records, forWildcard);
  return records.filter(({ tag }) => tag.toLowerCase() === counting).map(({ value }) => value);
}

/** RFC 8659 §4, RFC 9495 §3. */
const KNOWN_TAGS = new Set(['issue', 'issuewild', 'iodef', 'issuemail']);
const CRITICAL = 0x80;

/** The tag of a critical property that authorities need not know: who does not may not issue, whatever else is there (§4.1). */
export function strangeTag(records: readonly CaaData[]): string | undefined {
  return records.find(
    ({ flags, tag }) => (flags & CRITICAL) !== 0 && !KNOWN_TAGS.has(tag.toLowerCase()),
  )?.tag;
}
