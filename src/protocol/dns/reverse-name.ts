/**
 * An IP address as labels in reverse: `1.2.0.192` for 192.0.2.1, 32 nibbles for IPv6. Before `in-addr.arpa` or `ip6.arpa` they
 * are the name of its PTR record (RFC 1035 §3.5, RFC 3596 §2.5), before the zone of a DNS list what is asked there (RFC 5782
 * §2.1, §2.4).
 */
import { isIPv4, isIPv6, SocketAddress } from 'node:net';

/** @throws RangeError for what is no IP address, which is a bug of the caller */
export function reverseLabels(address: string): string {
  if (isIPv4(address)) return address.split('.').reverse().join('.');
  if (!isIPv6(address)) throw new RangeError('not an IP address');
  return [...nibbles(address)].reverse().join('.');
}

function nibbles(address: string): string {
  const { address: canonical } = new SocketAddress({ address, family: 'ipv6' });
  const [head = '', tail = ''] = canonical.split('::');
  const before = groups(head);
  const after = groups(tail);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join('');
}

function groups(text: string): string[] {
  return text === '' ? [] : text.split(':');
}
