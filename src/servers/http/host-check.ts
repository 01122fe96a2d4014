/**
 * Which Host header a request may carry. A page on the web whose name was made to point at this machine (DNS rebinding) carries its
 * own name there and is turned away; an address or a name of this host is what people type.
 */
import { isIP } from 'node:net';
import { hostOf } from '#protocol/http/host';

/**
 * @param header as it came
 * @param hostname the configured name of this host
 * @param others names by which other machines of the operator call it, in lower case
 */
export function isOwnHost(
  header: string | undefined,
  hostname: string | undefined,
  others: readonly string[] = [],
): boolean {
  if (header === undefined) return false;
  const host = hostOf(header);
  if (host.startsWith('[')) return host.endsWith(']') && isIP(host.slice(1, -1)) === 6;
  return (
    isIP(host) === 4 ||
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === hostname?.toLowerCase() ||
    others.includes(host)
  );
}
