/**
 * Which addresses are taken for one client, and which for one network: what limits, counts and bans are kept by. Called by the listeners
 * (`servers/net`) and by everything here.
 */
import { parseIp } from '#protocol/address/ip-address';
import { networkAround } from '#protocol/address/network';

/** An IPv4 address alone; of IPv6 the /64, since that is what one customer has at least (RFC 6177). */
export function addressGroup(address: string): string {
  return address.includes(':') ? prefixOf(address, 64) : address;
}

/** The /24 of IPv4; of IPv6 the /48, the most that one customer should have (RFC 6177). */
export function networkGroup(address: string): string {
  return prefixOf(address, address.includes(':') ? 48 : 24);
}

function prefixOf(address: string, bits: number): string {
  const read = parseIp(address);
  return read === undefined ? address : networkAround(read, bits).text;
}
