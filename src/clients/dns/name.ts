/**
 * Domain names as the DNS takes them: presentation form without escapes, lower case, no trailing dot
 * (RFC 1035 §2.3.4, RFC 4343). Underscores are legal here (`_dmarc`), since this is no rule for host names.
 */
import { isIPv4, isIPv6 } from 'node:net';

/** RFC 1035 §2.3.4: 255 octets on the wire are 253 characters of text. */
const MAX_NAME = 253;
const MAX_LABEL = 63;

/**
 * The name in the one form that is compared and cached, or undefined where it can be no domain name: empty
 * label, a label over 63 or a name over 253 characters, anything but visible ASCII. The root is '.'.
 */
export function normaliseName(name: string): string | undefined {
  if (name === '.') return name;
  const text = name.endsWith('.') ? name.slice(0, -1) : name;
  if (text.length === 0 || text.length > MAX_NAME) return undefined;
  if (!/^[\x21-\x7e]+$/.test(text) || text.includes('\\')) return undefined;
  for (const label of text.split('.')) {
    if (label.length === 0 || label.length > MAX_LABEL) return undefined;
  }
  return text.toLowerCase();
}

/**
 * The name whose PTR record names the host at an address (RFC 1035 §3.5, RFC 3596 §2.5), or undefined where
 * the text is no address. An IPv4-mapped IPv6 address is looked up as the IPv4 address it stands for.
 */
export function reverseName(address: string): string | undefined {
  if (isIPv4(address)) return `${address.split('.').toReversed().join('.')}.in-addr.arpa`;
  if (!isIPv6(address) || address.includes('%')) return undefined;
  const groups = ipv6Groups(address);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    const [high, low] = [groups[6]!, groups[7]!];
    return `${low & 0xff}.${low >> 8}.${high & 0xff}.${high >> 8}.in-addr.arpa`;
  }
  const digits = groups.map((group) => group.toString(16).padStart(4, '0')).join('');
  return `${digits.split('').toReversed().join('.')}.ip6.arpa`;
}

/** The eight 16-bit groups of an address that `isIPv6` accepted. */
function ipv6Groups(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const text = dotted
    ? `${dotted[1]}${hexPair(dotted[2]!, dotted[3]!)}:${hexPair(dotted[4]!, dotted[5]!)}`
    : address;
  const [head = '', tail] = text.split('::');
  const left = hexGroups(head);
  if (tail === undefined) return left;
  const right = hexGroups(tail);
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}

function hexGroups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

function hexPair(high: string, low: string): string {
  return (Number(high) * 256 + Number(low)).toString(16);
}
