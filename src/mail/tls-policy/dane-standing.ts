/**
 * Whether DANE is used at all: only where a resolver is trusted to say what DNSSEC validated (RFC 7672 §2.2.1, RFC 6840 §5.8), which is one on
 * this machine, or one that the operator vouches for (`dns_trusted`). Called by the composition root and by the doctor.
 */
import { serverName, type DnsServer } from '#clients/dns/servers';
import type { Resolver } from '#protocol/dns/resolver';

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

/** Whether the resolver validates, asked of the root, which has been signed since 2010; undefined where that cannot be found out now. */
export async function validates(resolver: Resolver): Promise<boolean | undefined> {
  const answer = await resolver.resolve('.', 'SOA');
  return answer.kind === 'failure' ? undefined : answer.authenticated;
}
