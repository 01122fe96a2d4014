/** The zones that the practice Internet stands on, as data: root, `test`, the reverse tree, and the houses that run the DNS. Pure. */
import type { LabHost } from '#lab/addresses';
import type { ZoneRecord } from './records.ts';
import { ROUNDS } from './publication.ts';
import { isWithin } from './wire/name.ts';

export const HOSTERS = ['ns1.dnshost.test', 'ns2.dnshost.test'] as const;
export const ROOT_HOST = 'a.root-servers.test';
export const REGISTRY_HOST = 'ns.registry.test';
export const TLD = 'test';
export const REVERSE = 'in-addr.arpa';
export const LEARNERS_DOMAIN = 'example.test';

/** Seconds. Long where nothing changes, short enough to be waited for where a learner changes something. */
export const TTL = { stable: 86_400, delegation: 3_600, hosted: 3_600, negative: 300 } as const;

export type AddressOf = (host: LabHost) => string;

/** Where the houses have web pages: for the panel, the addresses, and what the resolver remembers. */
const PAGES = ['panel.dnshost.test', 'isp.test', 'cache.resolver.test'] as const;

/** Domains of the houses themselves, each on the servers of the hosting company. */
export function ownZones(addressOf: AddressOf): ReadonlyMap<string, readonly ZoneRecord[]> {
  const zones: readonly [string, readonly LabHost[]][] = [
    ['root-servers.test', [ROOT_HOST]],
    ['registry.test', [REGISTRY_HOST]],
    ['dnshost.test', HOSTERS],
    ['ca.test', ['ca.test']],
    ['resolver.test', ['resolver.test']],
    ['isp.test', []],
  ];
  return new Map(
    zones.map(([zone, hosts]) => {
      const records = hosts.map((host) => address(host, addressOf(host)));
      const generic = zone === 'isp.test' ? [genericHost(addressOf)] : [];
      const pages = PAGES.filter((page) => isWithin(page, zone));
      const web = pages.map((page) => address(page, addressOf('web.lab.test')));
      return [zone, [...records, ...generic, ...web]];
    }),
  );
}

/** The name that an address has before its tenant gives it one. */
export function genericName(ip: string): string {
  return `${ip.split('.').slice(2).join('-')}.static.isp.test`;
}

function genericHost(addressOf: AddressOf): ZoneRecord {
  const ip = addressOf('mail.example.test');
  return address(genericName(ip), ip);
}

/** The reverse names of the houses. */
export function ownPointers(addressOf: AddressOf): ReadonlyMap<string, string> {
  const houses: readonly LabHost[] = [
    ROOT_HOST,
    REGISTRY_HOST,
    ...HOSTERS,
    'ca.test',
    'resolver.test',
  ];
  return new Map(houses.map((host) => [addressOf(host), host]));
}

export function address(name: string, ip: string): ZoneRecord {
  return { name, type: 'A', ttl: TTL.hosted, values: [ip] };
}

export function nameServers(zone: string, hosts: readonly string[], ttl: number): ZoneRecord {
  return {
    name: zone === '' ? '.' : zone,
    type: 'NS',
    ttl,
    values: hosts.map((host) => `${host}.`),
  };
}

/** The SOA record of a zone (RFC 1035 §3.3.13), as a value. */
export function soaValue(primary: string, serial: number): string {
  const refresh = ROUNDS.transfer / 1_000;
  return `${primary}. hostmaster.registry.test. ${serial} ${refresh} 60 604800 ${TTL.negative}`;
}

/** `127.20.25.25` → `25.25.20.127.in-addr.arpa` (RFC 1035 §3.5). */
export function reverseName(ip: string): string {
  return `${ip.split('.').toReversed().join('.')}.${REVERSE}`;
}
