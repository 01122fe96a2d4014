/**
 * The address of a client in the one form that the rest of the program sees, and networks in CIDR notation. Called by the
 * listeners.
 */
import { BlockList, isIP, isIPv6 } from 'node:net';

/** Without zone; an IPv4 address that came through an IPv6 socket as the IPv4 address (RFC 4291 §2.5.5.2). */
export function plainAddress(address: string): string {
  const zone = address.indexOf('%');
  const bare = zone < 0 ? address : address.slice(0, zone);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare);
  return mapped?.[1] ?? bare;
}

/** A set of networks; `has` takes an address as {@link plainAddress} gives it. */
export interface Networks {
  has(address: string): boolean;
}

/** Reads `192.0.2.0/24`, `2001:db8::/32` or single addresses; the first text that is none comes back as an error. */
export function parseNetworks(
  texts: readonly string[],
): { readonly kind: 'networks'; readonly networks: Networks } | NotANetwork {
  const list = new BlockList();
  for (const text of texts) {
    const [address = '', bits, ...rest] = text.split('/');
    const version = isIP(address);
    const most = version === 6 ? 128 : 32;
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    if (version === 0 || rest.length > 0 || prefix < 0 || prefix > most) {
      return { kind: 'not-a-network', text };
    }
    list.addSubnet(address, prefix, version === 6 ? 'ipv6' : 'ipv4');
  }
  return {
    kind: 'networks',
    networks: { has: (address) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4') },
  };
}

export interface NotANetwork {
  readonly kind: 'not-a-network';
  readonly text: string;
}
