/**
 * Whether an address is one of the Internet at large (RFC 6890, the registries of special-purpose addresses): what a stranger's zone may make
 * this server fetch from. An address of this machine or its network would let the zone read what only insiders may.
 */
import { BlockList, isIP } from 'node:net';

// A list for each family: a BlockList compares an IPv4 address with its IPv6 rules too.
const SPECIAL = { 4: new BlockList(), 6: new BlockList() };
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  SPECIAL[4].addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  // the unspecified and the loopback address, and IPv4 in old clothes
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
] as const) {
  SPECIAL[6].addSubnet(network, prefix, 'ipv6');
}

/** False for what is no address too. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !SPECIAL[4].check(address, 'ipv4');
  return family === 6 && !SPECIAL[6].check(address, 'ipv6');
}
