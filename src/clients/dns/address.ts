/**
 * What can be said of an IP address without asking anyone: its family, and whether any host can have it. Called by
 * routing, which connects to whatever addresses a stranger's zone names.
 */
import { BlockList, isIP, SocketAddress } from 'node:net';

/** 4 or 6, or undefined where the text is no IP address. */
export function addressFamily(text: string): 4 | 6 | undefined {
  const family = isIP(text);
  return family === 4 || family === 6 ? family : undefined;
}

/** The one text of an address (RFC 5952), however it is written; what is no IPv6 address stays as it is. */
export function canonicalAddress(text: string): string {
  return addressFamily(text) === 6
    ? new SocketAddress({ address: text, family: 'ipv6' }).address
    : text;
}

/**
 * Whether no host can be reached at the address: «this network», multicast, broadcast (RFC 6890 §2.2), and IPv4 in
 * IPv6's clothes, which the system would connect to by IPv4 past any rule about its addresses, or a translator refuses.
 */
export function isUnusableAddress(address: string, family: 4 | 6): boolean {
  return UNUSABLE[family].check(address, family === 4 ? 'ipv4' : 'ipv6');
}

// A list for each family: a BlockList compares an IPv4 address with its IPv6 rules too, in those clothes.
const UNUSABLE = { 4: new BlockList(), 6: new BlockList() };
UNUSABLE[4].addSubnet('0.0.0.0', 8, 'ipv4');
UNUSABLE[4].addSubnet('224.0.0.0', 4, 'ipv4');
UNUSABLE[4].addAddress('255.255.255.255', 'ipv4');
UNUSABLE[6].addAddress('::', 'ipv6');
UNUSABLE[6].addSubnet('ff00::', 8, 'ipv6');
UNUSABLE[6].addSubnet('::ffff:0:0', 96, 'ipv6');
// RFC 6052 §3.1: no translator passes these on
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const)
  UNUSABLE[6].addSubnet(`64:ff9b::${network}`, 96 + bits, 'ipv6');
