/**
 * Networks in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3), read one way wherever they are written: in settings, in bans, in what is known
 * of senders. Pure.
 */
import { formatIp, isInNetwork, parseIp, type IpAddress } from './ip-address.ts';

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
  return bits > most ? undefined : networkAround(address, bits);
}

/** The network of so many bits that an address is in. */
export function networkAround(address: IpAddress, bits: number): Network {
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

export function contains({ first, bits }: Network, address: IpAddress): boolean {
  return isInNetwork(address, first, bits);
}

/** A set of networks. `has` takes an address as text, IPv4 as such; what is none is in none. */
export interface Networks {
  has(address: string): boolean;
}

export interface NotANetwork {
  readonly kind: 'not-a-network';
  readonly text: string;
}

/** Some networks; the first text that is none comes back as an error. */
export function parseNetworks(
  texts: readonly string[],
): { readonly kind: 'networks'; readonly networks: Networks } | NotANetwork {
  const networks: Network[] = [];
  for (const text of texts) {
    const network = readNetwork(text);
    if (network === undefined) return { kind: 'not-a-network', text };
    networks.push(network);
  }
  return { kind: 'networks', networks: { has: (address) => isAmong(networks, address) } };
}

function isAmong(networks: readonly Network[], address: string): boolean {
  const read = networks.length === 0 ? undefined : parseIp(address);
  return read !== undefined && networks.some((network) => contains(network, read));
}
