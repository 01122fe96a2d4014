/**
 * Which addresses are taken for one client, and which for one network: what limits, counts and bans are kept by. Called by the listeners
 * (`servers/net`) and by everything here.
 */
import { formatIp, isInNetwork, parseIp, type IpAddress } from '#protocol/address/ip-address';

/** An IPv4 address alone; of IPv6 the /64, since that is what one customer has at least (RFC 6177). */
export function addressGroup(address: string): string {
  return address.includes(':') ? prefixOf(address, 64) : address;
}

/** The /24 of IPv4; of IPv6 the /48, the most that one customer should have (RFC 6177). */
export function networkGroup(address: string): string {
  return prefixOf(address, address.includes(':') ? 48 : 24);
}

export interface Network {
  readonly family: 4 | 6;
  readonly bits: number;
  /** The first address. */
  readonly address: string;
  readonly first: IpAddress;
  /** In its one form: `192.0.2.0/24`, `192.0.2.1`, `2001:db8::/48`. */
  readonly text: string;
}

/** Reads `192.0.2.1`, `192.0.2.0/24`, `2001:db8::1` or `2001:db8::/48`; undefined where the text is none of these. */
export function readNetwork(text: string): Network | undefined {
  const [written = '', suffix, ...rest] = text.trim().split('/');
  const address = parseIp(written);
  if (address === undefined || rest.length > 0) return undefined;
  const most = address.family === 4 ? 32 : 128;
  if (suffix !== undefined && !/^\d{1,3}$/.test(suffix)) return undefined;
  const bits = suffix === undefined ? most : Number(suffix);
  return bits > most ? undefined : networkOf(address, bits);
}

export function contains({ first, bits }: Network, address: IpAddress): boolean {
  return isInNetwork(address, first, bits);
}

function prefixOf(address: string, bits: number): string {
  const read = parseIp(address);
  return read === undefined ? address : networkOf(read, bits).text;
}

function networkOf(address: IpAddress, bits: number): Network {
  const groups = address.groups.map((group, at) => {
    const kept = Math.min(16, Math.max(0, bits - at * 16));
    return group & (0xffff << (16 - kept)) & 0xffff;
  });
  const first: IpAddress = { family: address.family, groups };
  const text = formatIp(first);
  const whole = bits === groups.length * 16;
  return {
    family: address.family,
    bits,
    address: text,
    first,
    text: whole ? text : `${text}/${bits}`,
  };
}
