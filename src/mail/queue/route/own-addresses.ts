/**
 * Which addresses are this server's: an exchange that has one of them would hand our mail back to us (RFC 5321 §5.1), under whatever
 * name. Built by `server.ts`, asked by routing.
 */
import type { networkInterfaces } from 'node:os';
import { addressFamily, canonicalAddress } from '#clients/dns/address';
import { carriedIpv4, formatIp, parseIp } from '#protocol/address/ip-address';

export interface OwnAddressOptions {
  /** Where the MX listener listens. */
  readonly listen: string;
  /** From which mail is sent. */
  readonly sources: readonly string[];
  /** Asked now and then: addresses come and go while a server runs. */
  readonly interfaces: typeof networkInterfaces;
  /** Milliseconds. */
  readonly monotonic: () => number;
}

/** So long what the system said of its addresses holds: asking takes 45 µs, and each client would have it asked more than once. */
const HOLDS = 1000;

/**
 * Whether an address is one of this server's. Where it listens on every address, all of the machine's are; where on one, the others may
 * be another mail server's. What stands behind a translated address only its owner knows: there the host's name has to tell.
 */
export function ownAddresses(options: OwnAddressOptions): (address: string) => boolean {
  const { listen, sources, interfaces, monotonic } = options;
  const named = new Set([listen, ...sources].map(canonicalAddress));
  const every = listen === '::' ? [4, 6] : listen === '0.0.0.0' ? [4] : [];
  let ofMachine: ReadonlySet<string> = new Set();
  let askedAt = -Infinity;
  const machines = (): ReadonlySet<string> => {
    if (monotonic() - askedAt < HOLDS) return ofMachine;
    const all = Object.values(interfaces()).flatMap((addresses) => addresses ?? []);
    askedAt = monotonic();
    return (ofMachine = new Set(all.map(({ address }) => canonicalAddress(address))));
  };
  return (address) => {
    const asked = canonicalAddress(throughTranslator(address) ?? address);
    if (named.has(asked)) return true;
    if (!every.includes(addressFamily(asked)!)) return false;
    // the whole network is the loopback's, and the system shows one address of it
    if (asked.startsWith('127.')) return true;
    return machines().has(asked);
  };
}

/** Where a translator leads that writes IPv4 addresses as IPv6 (RFC 6052 §2.1). */
function throughTranslator(address: string): string | undefined {
  const read = parseIp(address);
  const carried = read && carriedIpv4(read);
  return carried && formatIp(carried);
}
