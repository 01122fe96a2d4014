/**
 * IP addresses as octets, so that two spellings of one address are one (RFC 4291 §2.2), and the name at which the PTR record of
 * an address stands (RFC 1035 §3.5, RFC 3596 §2.5). An IPv4-mapped address is the IPv4 address it stands for.
 */

export interface IpAddress {
  readonly family: 4 | 6;
  /** 4 or 16 numbers from 0 to 255. */
  readonly octets: readonly number[];
}

/** Undefined for what is no address; a zone (`fe80::1%eth0`) is none. */
export function parseIp(text: string): IpAddress | undefined {
  // the longest is an IPv6 address that ends as an IPv4 one
  if (text.length > 45) return undefined;
  const v4 = parseIpv4(text);
  if (v4) return { family: 4, octets: v4 };
  const groups = parseIpv6(text);
  if (!groups) return undefined;
  const octets = groups.flatMap((group) => [group >> 8, group & 0xff]);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return isMapped ? { family: 4, octets: octets.slice(12) } : { family: 6, octets };
}

export function sameIp(one: IpAddress, other: IpAddress): boolean {
  return one.family === other.family && one.octets.every((octet, at) => octet === other.octets[at]);
}

export function reverseName({ family, octets }: IpAddress): string {
  if (family === 4) return `${octets.toReversed().join('.')}.in-addr.arpa`;
  const digits = octets.map((octet) => octet.toString(16).padStart(2, '0')).join('');
  return `${digits.split('').toReversed().join('.')}.ip6.arpa`;
}

function parseIpv4(text: string): number[] | undefined {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return undefined;
  const octets = text.split('.').map(Number);
  return octets.every((octet) => octet <= 255) ? octets : undefined;
}

function parseIpv6(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [left, right] = halves.map((half, index) => parseGroups(half, index === halves.length - 1));
  if (!left) return undefined;
  if (halves.length === 1) return left.length === 8 ? left : undefined;
  if (!right || left.length + right.length > 7) return undefined;
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}

/** Groups of hex digits; at the end of the address the last may be an IPv4 address, which makes two. */
function parseGroups(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const octets = isEnd && index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (!octets) return undefined;
    groups.push(octets[0]! * 256 + octets[1]!, octets[2]! * 256 + octets[3]!);
  }
  return groups;
}
