/**
 * Which addresses are taken for one client, and which for one network: what limits, counts and bans are kept by. Called by the listeners
 * (`servers/net`) and by everything here.
 */
import { parseIp } from '#protocol/address/ip-address';
import { contains, networkAround, readNetwork } from '#protocol/address/network';

/** RFC 6052 §2.1: the last 32 bits are a client's IPv4 address, and all of IPv4 lies in one /64. */
const TRANSLATED = readNetwork('64:ff9b::/96')!;

/** An IPv4 address alone; of IPv6 the /64, since that is what one customer has at least (RFC 6177). */
export function addressGroup(address: string): string {
  return address.includes(':') ? prefixOf(address, 64, 128) : address;
}

/** The /24 of IPv4; of IPv6 the /48, the most that one customer should have (RFC 6177). */
export function networkGroup(address: string): string {
  return address.includes(':') ? prefixOf(address, 48, 120) : prefixOf(address, 24, 24);
}

/** @param translated the bits of an address that stands for one of IPv4 */
function prefixOf(address: string, bits: number, translated: number): string {
  const read = parseIp(address);
  if (read === undefined) return address;
  return networkAround(read, contains(TRANSLATED, read) ? translated : bits).text;
}
