/** What the pages of the DNS are made from, of a practice Internet as it stands. */
import type { Clock } from '#clock';
import { HOSTERS, REGISTRY_HOST } from '#lab/dns/infrastructure';
import type { LabDns } from '#lab/dns/start';
import type { LabNetwork } from '#lab/network';
import type { Resolver } from '#protocol/dns/resolver';
import type { DnsParts } from './dns-places.ts';

export interface DnsAround {
  readonly ground: {
    readonly network: Pick<LabNetwork, 'addressOf'>;
    readonly clock: Pick<Clock, 'now'>;
  };
  readonly resolver: Resolver;
  readonly hostname: string;
}

export function dnsParts(dns: LabDns, { ground, resolver, hostname }: DnsAround): DnsParts {
  const { network, clock } = ground;
  return {
    dns,
    clock,
    resolver,
    places: {
      registry: network.addressOf(REGISTRY_HOST),
      hosters: HOSTERS.map((host) => network.addressOf(host)),
      hosterNames: HOSTERS,
      resolver: dns.resolver.address,
      port: dns.resolver.port,
    },
    hostname,
    address: network.addressOf('mail.example.test'),
  };
}
