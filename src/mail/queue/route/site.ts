/**
 * The site of a destination: the key by which the queue counts, limits and takes turns. Large providers limit by
 * the hosts that take the mail, not by the recipient's domain, so that all domains with one MX set are one site.
 * The key is text that a person can read in `queue shape`, and the same for every domain with the same hosts:
 *
 * - MX: the names of the exchanges of the best (lowest) preference, sorted, joined by commas: where nearly all
 *   mail goes; the backups behind them do not part sites. As published, also while one of them does not resolve.
 * - no MX: the domain itself
 * - a configured route: `relay:host:port`
 *
 * At most 200 characters; a longer key keeps its beginning and ends in `~` and a hash of the whole.
 */
import { createHash } from 'node:crypto';

const MAX_LENGTH = 200;
const HASH_DIGITS = 16;

/** The site of an MX set, names in lower case; the order of the records does not matter. */
export function siteOfExchanges(
  exchanges: readonly { readonly name: string; readonly preference: number }[],
): string {
  const best = exchanges.reduce((least, { preference }) => Math.min(least, preference), Infinity);
  const names = exchanges.filter(({ preference }) => preference === best).map(({ name }) => name);
  return bounded([...new Set(names)].sort().join(','));
}

/** The site of a domain that takes mail without MX records (RFC 5321 §5.1, the implicit MX). */
export function siteOfDomain(domain: string): string {
  return bounded(domain);
}

/** The site of a configured route; an IPv6 address stands in brackets. */
export function siteOfRelay(host: string, port: number): string {
  return bounded(`relay:${host.includes(':') ? `[${host}]` : host}:${port}`);
}

function bounded(key: string): string {
  if (key.length <= MAX_LENGTH) return key;
  const hash = createHash('sha256').update(key).digest('hex').slice(0, HASH_DIGITS);
  return `${key.slice(0, MAX_LENGTH - HASH_DIGITS - 1)}~${hash}`;
}
