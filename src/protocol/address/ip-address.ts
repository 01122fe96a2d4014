/**
 * IP addresses as groups of 16 bits, two for IPv4 and eight for IPv6 (RFC 4291 §2.2): read, compared with networks, written. SPF, reverse
 * names, DNS lists, bans and rates read addresses by this alone.
 */
import { formatIpv6 } from './address-literal.ts';

export interface IpAddress {
  readonly family: 4 | 6;
  readonly groups: readonly number[];
}

const GROUP_BITS = 16;
const IPV6_GROUPS = 8;

/** The address, or undefined where the text is none. A zone (`%eth0`) is no part of an address here. */
export function parseIp(text: string): IpAddress | undefined {
  return parseIpv4(text) ?? parseIpv6(text);
}

/** `ip4-network` of RFC 7208 §5.6: four numbers without leading zeros. */
export function parseIpv4(text: string): IpAddress | undefined {
  const groups = ipv4Groups(text);
  return groups && { family: 4, groups };
}

/** `ip6-network` of RFC 7208 §5.6: the text forms of RFC 4291 §2.2. */
export function parseIpv6(text: string): IpAddress | undefined {
  // 45: eight groups of four digits, the last two as an IPv4 address
  if (text.length > 45 || !text.includes(':')) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => readGroups(half, index === halves.length - 1));
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === IPV6_GROUPS ? ipv6(head) : undefined;
  if (tail === undefined) return undefined;
  const zeros = IPV6_GROUPS - head.length - tail.length;
  return zeros < 1 ? undefined : ipv6([...head, ...Array<number>(zeros).fill(0), ...tail]);
}

/** The IPv4 address that an IPv4-mapped IPv6 address holds (RFC 4291 §2.5.5.2), any other as it is. */
export function unmapped(address: IpAddress): IpAddress {
  const { family, groups } = address;
  const isMapped =
    family === 6 && groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  return isMapped ? { family: 4, groups: groups.slice(6) } : address;
}

/**
 * The IPv4 address that an IPv6 address stands for, in each way to write one inside the other: mapped and compatible (RFC 4291 §2.5.5),
 * translated (RFC 2765 §2.1), behind a NAT64 of everybody's prefix (RFC 6052 §2.1) or of a network's own (RFC 8215), 6to4 (RFC 3056
 * §2). What is sent there may come out at it. Undefined for any other.
 */
export function carriedIpv4({ family, groups }: IpAddress): IpAddress | undefined {
  if (family === 4) return undefined;
  if (groups[0] === 0x2002) return { family: 4, groups: groups.slice(1, 3) };
  const last: IpAddress = { family: 4, groups: groups.slice(6) };
  const before = groups.slice(0, 6).join();
  // `::1` and its neighbours are no IPv4 addresses
  if (before === '0,0,0,0,0,0') return last.groups[0]! > 0xff ? last : undefined;
  const isNat64 = groups[0] === 0x64 && groups[1] === 0xff9b;
  const carries =
    before === '0,0,0,0,0,65535' ||
    before === '0,0,0,0,65535,0' ||
    (isNat64 && (groups[2] === 1 || groups.slice(2, 6).every((group) => group === 0)));
  return carries ? last : undefined;
}

/** Whether the first `prefixLength` bits of two addresses are the same; never across families. */
export function isInNetwork(address: IpAddress, network: IpAddress, prefixLength: number): boolean {
  if (address.family !== network.family) return false;
  let left = prefixLength;
  for (let at = 0; left > 0; at++, left -= GROUP_BITS) {
    const difference = address.groups[at]! ^ network.groups[at]!;
    if (difference >> Math.max(0, GROUP_BITS - left) !== 0) return false;
  }
  return true;
}

/** 192.0.2.1, or the form of RFC 5952: the macro `c` of RFC 7208 §7.3. */
export function formatIp({ family, groups }: IpAddress): string {
  return family === 4 ? octets(groups).join('.') : formatIpv6(groups);
}

/** 192.0.2.1, or 32 nibbles with dots, in upper case as the examples of RFC 7208 §7.4: the macro `i`. */
export function dottedIp(address: IpAddress): string {
  return address.family === 4 ? formatIp(address) : nibbles(address).join('.').toUpperCase();
}

/** Where the PTR records of an address are (RFC 1035 §3.5, RFC 3596 §2.5). */
export function reverseDomain(address: IpAddress): string {
  return `${reverseLabels(address)}.${address.family === 4 ? 'in-addr' : 'ip6'}.arpa`;
}

/** Octets or nibbles in reverse, as they also stand before the zone of a DNS list (RFC 5782 §2.1, §2.4). */
export function reverseLabels(address: IpAddress): string {
  const parts = address.family === 4 ? octets(address.groups) : nibbles(address);
  return parts.toReversed().join('.');
}

function ipv6(groups: readonly number[]): IpAddress {
  return { family: 6, groups };
}

function octets(groups: readonly number[]): number[] {
  return groups.flatMap((group) => [group >> 8, group & 0xff]);
}

function nibbles({ groups }: IpAddress): string[] {
  return groups.flatMap((group) => group.toString(16).padStart(4, '0').split(''));
}

function ipv4Groups(text: string): readonly [number, number] | undefined {
  const match = IPV4.exec(text);
  if (match === null) return undefined;
  const [a, b, c, d] = match.slice(1).map(Number) as [number, number, number, number];
  if (a > 255 || b > 255 || c > 255 || d > 255) return undefined;
  return [a * 256 + b, c * 256 + d];
}

const IPV4 = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

/** Groups between colons; the last may be an IPv4 address where `isLast`. */
function readGroups(text: string, isLast: boolean): readonly number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const embedded = isLast && index === parts.length - 1 ? ipv4Groups(part) : undefined;
    if (embedded === undefined) return undefined;
    groups.push(...embedded);
  }
  return groups;
}
