/**
 * Whether an address is one of the Internet at large (RFC 6890, the registries of special-purpose addresses): what a stranger's zone may make
 * this server fetch from. An address of this machine or its network would let the zone read what only insiders may.
 */
import { carriedIpv4, parseIp, type IpAddress } from '#protocol/address/ip-address';
import { contains, readNetwork } from '#protocol/address/network';

const SPECIAL = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
].map((text) => readNetwork(text)!);

/** Of IPv6 all that is given to anybody who is reached from everywhere (RFC 4291 §2.4). */
const GLOBAL_UNICAST = readNetwork('2000::/3')!;
/** RFC 6052 §2.1: where a host has IPv6 alone, its resolver answers with these for those that have none. */
const NAT64 = readNetwork('64:ff9b::/96')!;

/** False for what is no address too. */
export function isPublicAddress(address: string): boolean {
  const read = parseIp(address);
  if (read === undefined) return false;
  return isPublic(contains(NAT64, read) ? carriedIpv4(read)! : read);
}

function isPublic(address: IpAddress): boolean {
  if (address.family === 6 && !contains(GLOBAL_UNICAST, address)) return false;
  return !SPECIAL.some((network) => contains(network, address));
}
