/**
 * Whether DANE is used at all: only where a resolver is trusted to say what DNSSEC validated (RFC 7672 §2.2.1, RFC 6840 §5.8), which is one on
 * this machine, or one that the operator vouches for (`dns_trusted`). Called by the composition root and `hikyaku tls policy`; why it is off is
 * what the doctor tells (D2).
 */
import { serverName, type DnsServer } from '#clients/dns/servers';

export type DaneStanding =
  | { readonly kind: 'on'; readonly servers: readonly string[] }
  /** Nothing is asked (`dev` without `dns`). */
  | { readonly kind: 'off'; readonly reason: 'no-resolver'; readonly servers: readonly [] }
  /** What these say of DNSSEC may be anybody's word on the way here. */
  | { readonly kind: 'off'; readonly reason: 'untrusted'; readonly servers: readonly string[] };

/** @param servers that are asked; undefined where nobody is */
export function daneStanding(servers: readonly DnsServer[] | undefined): DaneStanding {
  if (servers === undefined) return { kind: 'off', reason: 'no-resolver', servers: [] };
  const trusted = servers.filter((one) => one.trusted);
  return trusted.length > 0
    ? { kind: 'on', servers: trusted.map(serverName) }
    : { kind: 'off', reason: 'untrusted', servers: servers.map(serverName) };
}
