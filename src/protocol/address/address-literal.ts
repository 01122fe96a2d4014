/**
 * Address literals of RFC 5321 §4.1.3: `[192.0.2.1]` and `[IPv6:2001:db8::1]`, brought to one spelling so that they
 * compare as text. `::` stands for at least two groups, as the ABNF there says. Of General-address-literals none
 * can be accepted: a tag must be registered with IANA, and `IPv6` is the only one registered.
 * Called by path.ts and address-list.ts.
 */

export type AddressLiteral =
  | { readonly kind: 'literal'; readonly domain: string }
  | { readonly kind: 'error'; readonly reason: 'bad-address-literal' | 'unknown-literal-tag' };

const BAD = { kind: 'error', reason: 'bad-address-literal' } as const;

/** Reads a literal with its brackets; the result is lower case with the tag spelt `IPv6`, the zeros compressed as RFC 5952 says. */
export function parseAddressLiteral(text: string): AddressLiteral {
  // The longest legal literal is [IPv6: with 45 characters of address].
  if (text.length > 64 || !text.startsWith('[') || !text.endsWith(']')) return BAD;
  const content = text.slice(1, -1);
  if (/^ipv6:/i.test(content)) {
    const groups = parseIpv6(content.slice(5));
    return groups ? { kind: 'literal', domain: `[IPv6:${formatIpv6(groups)}]` } : BAD;
  }
  const octets = parseIpv4(content);
  if (octets) return { kind: 'literal', domain: `[${octets.join('.')}]` };
  return /^[A-Za-z0-9-]*[A-Za-z0-9]:[!-Z^-~]+$/.test(content)
    ? { kind: 'error', reason: 'unknown-literal-tag' }
    : BAD;
}

function parseIpv4(text: string): readonly number[] | undefined {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return undefined;
  const octets = text.split('.').map(Number);
  return octets.every((octet) => octet <= 255) ? octets : undefined;
}

function parseIpv6(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0]!, halves.length === 1);
  if (halves.length === 1) return head?.length === 8 ? head : undefined;
  const tail = parseGroups(halves[1]!, true);
  // RFC 5321 §4.1.3: IPv6-comp and IPv6v4-comp leave at least two groups to the `::`.
  if (!head || !tail || head.length + tail.length > 6) return undefined;
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => 0);
  return [...head, ...zeros, ...tail];
}

/** Groups of up to four hex digits; the last may be an IPv4 address (two groups) where `ipv4Allowed`. */
function parseGroups(text: string, ipv4Allowed: boolean): readonly number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const octets = ipv4Allowed && index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (!octets) return undefined;
    groups.push(octets[0]! * 256 + octets[1]!, octets[2]! * 256 + octets[3]!);
  }
  return groups;
}

/** RFC 5952 §4: no leading zeros, lower case, the first longest run of two zero groups or more as `::`. */
export function formatIpv6(groups: readonly number[]): string {
  const run = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (run.length < 2) return hex.join(':');
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let index = 0; index < groups.length; index++) {
    if (groups[index] !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}
