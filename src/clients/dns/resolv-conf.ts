/**
 * The DNS servers that the machine itself uses: the `nameserver` lines of /etc/resolv.conf (resolv.conf(5)).
 * `search` and `ndots` are not for mail: every name we ask is a full one. Read once at start by the composition
 * root, where `HIKYAKU_DNS` is not set.
 */
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { isOnThisMachine, type DnsServer } from './servers.ts';

/** As the C library does (MAXNS). */
const MAX_SERVERS = 3;

/** The servers of the file, those of a machine without it (127.0.0.1) where it is missing or names none. */
export async function readResolvConf(path = '/etc/resolv.conf'): Promise<readonly DnsServer[]> {
  let text = '';
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return parseResolvConf(text);
}

/** Servers on the loopback are trusted with the AD bit, others under `options trust-ad`. */
export function parseResolvConf(text: string): readonly DnsServer[] {
  const lines = text
    .split('\n')
    .filter((line) => !/^[#;]/.test(line))
    .map((line) => line.trim().split(/\s+/));
  const trustAd = lines.some(
    ([key, ...values]) => key === 'options' && values.includes('trust-ad'),
  );
  const addresses = lines
    .filter(([key, value]) => key === 'nameserver' && value !== undefined && isIP(value) !== 0)
    .map(([, address]) => address!)
    .slice(0, MAX_SERVERS);
  return (addresses.length === 0 ? ['127.0.0.1'] : addresses).map((address) => ({
    address,
    port: 53,
    trusted: trustAd || isOnThisMachine(address),
  }));
}
