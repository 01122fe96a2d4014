/**
 * Which DNS servers are asked, in which order. A list comes from the configuration (`HIKYAKU_DNS`) or from
 * /etc/resolv.conf (`resolv-conf.ts`). A server that failed lately is asked after those that did not.
 */
import { isIP, isIPv6 } from 'node:net';

export interface DnsServer {
  /** An IP address, IPv6 without brackets, possibly with a zone (`fe80::1%eth0`). */
  readonly address: string;
  readonly port: number;
  /** Whether its AD bit counts: it validates, and the way to it cannot be tampered with (RFC 4035 §4.9.3). */
  readonly trusted: boolean;
  /** The address that questions leave from; undefined: the system chooses. */
  readonly localAddress?: string;
}

/** `address:port`, as answers and log lines name a server. */
export function serverName(server: DnsServer): string {
  return isIPv6(server.address)
    ? `[${server.address}]:${server.port}`
    : `${server.address}:${server.port}`;
}

/**
 * Reads `address`, `address:port`, `[IPv6]:port`, several parted by commas or spaces. Undefined where the list is
 * empty or one entry is anything else; a host name is none, since resolving it would need the resolver.
 * @param trusted whether the operator vouches for them and for the way to them; one on this machine needs no word
 */
export function parseServerList(text: string, trusted = false): readonly DnsServer[] | undefined {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
  const servers = entries.map((entry) => parseServer(entry, trusted));
  if (servers.length === 0 || servers.includes(undefined)) return undefined;
  return servers as DnsServer[];
}

function parseServer(entry: string, trusted: boolean): DnsServer | undefined {
  if (isIP(entry) !== 0) {
    return { address: entry, port: 53, trusted: trusted || isOnThisMachine(entry) };
  }
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(entry);
  if (!match) return undefined;
  const address = match[1] ?? match[2]!;
  const port = match[3] === undefined ? 53 : Number(match[3]);
  if (isIP(address) !== (match[1] === undefined ? 4 : 6)) return undefined;
  if (port < 1 || port > 65_535) return undefined;
  return { address, port, trusted: trusted || isOnThisMachine(address) };
}

/** Of a container: passes questions on to whatever the host asks, and the AD bit of the answer with them. */
const DOCKER = '127.0.0.11';

/** Nobody else answers on the loopback, but in a container. */
export function isOnThisMachine(address: string): boolean {
  return address !== DOCKER && (address === '::1' || address.startsWith('127.'));
}

/** Milliseconds for which a server that could not be reached is asked last. */
const PENALTY = 30_000;

/** Remembers which servers failed lately; `monotonic` is the monotonic clock in milliseconds. */
export class ServerOrder {
  readonly #servers: readonly DnsServer[];
  readonly #monotonic: () => number;
  readonly #failedAt = new Map<DnsServer, number>();

  constructor(servers: readonly DnsServer[], monotonic: () => number) {
    this.#servers = servers;
    this.#monotonic = monotonic;
  }

  /** The servers as configured, those that failed lately last, the longest ago first among them. */
  current(): DnsServer[] {
    const now = this.#monotonic();
    const rank = (server: DnsServer) => {
      const failed = this.#failedAt.get(server);
      return failed === undefined || now - failed > PENALTY ? Number.NEGATIVE_INFINITY : failed;
    };
    // Equal ranks would subtract to NaN where both are infinite.
    return this.#servers.toSorted((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
  }

  failed(server: DnsServer): void {
    this.#failedAt.set(server, this.#monotonic());
  }

  answered(server: DnsServer): void {
    this.#failedAt.delete(server);
  }
}
