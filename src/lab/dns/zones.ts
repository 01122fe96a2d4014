/** From plain records to the zones that are served: SOA, NS and keys are added here. */
import { encodeRdata, formatRdata } from './wire/rdata.ts';
import { TYPE } from './wire/record-types.ts';
import { mustRead } from './records.ts';
import type { ZoneRecord } from './records.ts';
import { buildZone } from './zone/zone.ts';
import type { RRset, Zone } from './zone/zone.ts';
import { valueWords } from './zone/words.ts';
import { dsOf, signingKey } from './dnssec/key.ts';
import type { KeptKey, SigningKey } from './dnssec/key.ts';
import {
  REGISTRY_HOST,
  REVERSE,
  ROOT_HOST,
  TLD,
  TTL,
  address,
  nameServers,
  reverseName,
  soaValue,
} from './infrastructure.ts';
import type { AddressOf } from './infrastructure.ts';

/** What the registry knows of a domain. */
export interface Delegation {
  readonly ns: readonly string[];
  /** Addresses of name servers that lie within the domain. */
  readonly glue: Readonly<Record<string, readonly string[]>>;
  /** In the presentation form. */
  readonly ds: readonly string[];
}

const MOST_SERIAL = 2 ** 32;

/** Seconds of the calendar. */
export function serialAt(now: number): number {
  return Math.floor(now / 1_000) % MOST_SERIAL;
}

/** That of the calendar, or the one after the last where that is not newer (RFC 1982 §3). */
export function serialAfter(last: number | undefined, now: number): number {
  const serial = serialAt(now);
  if (last === undefined) return serial;
  const ahead = (serial - last + MOST_SERIAL) % MOST_SERIAL;
  return ahead > 0 && ahead < MOST_SERIAL / 2 ? serial : (last + 1) % MOST_SERIAL;
}

export function soaSet(zone: string, primary: string, serial: number, ttl: number): RRset {
  const rdata = encodeRdata(TYPE.SOA, valueWords(soaValue(primary, serial)) as never, '');
  return { name: zone, type: TYPE.SOA, ttl, rdatas: [rdata as Uint8Array] };
}

export function serialOf({ soa }: Zone): number {
  return Number(formatRdata(TYPE.SOA, soa.rdatas[0]!).split(' ')[2]);
}

const keysMade = new WeakMap<KeptKey, SigningKey>();

/** The same key object for the same kept key, so that what it signed is remembered. */
export function keyOf(kept: KeptKey): SigningKey {
  const known = keysMade.get(kept) ?? signingKey(kept);
  keysMade.set(kept, known);
  return known;
}

export interface OwnKeys {
  readonly root: KeptKey;
  readonly tld: KeptKey;
  readonly reverse: KeptKey;
}

export function rootZone(addressOf: AddressOf, keys: OwnKeys, now: number): Zone {
  const records = [
    nameServers('', [ROOT_HOST], TTL.stable),
    address(ROOT_HOST, addressOf(ROOT_HOST)),
    nameServers(TLD, [REGISTRY_HOST], TTL.stable),
    nameServers(REVERSE, [REGISTRY_HOST], TTL.stable),
    address(REGISTRY_HOST, addressOf(REGISTRY_HOST)),
  ];
  const ds = (zone: string, key: KeptKey): RRset => ({
    name: zone,
    type: TYPE.DS,
    ttl: TTL.stable,
    rdatas: [dsOf(zone, keyOf(key).dnskey)],
  });
  const sets = [...mustRead('', records), ds(TLD, keys.tld), ds(REVERSE, keys.reverse)];
  return signed('', ROOT_HOST, sets, [keys.root], serialAt(now));
}

export function tldZone(
  delegations: ReadonlyMap<string, Delegation>,
  addressOf: AddressOf,
  key: KeptKey,
  serial: number,
): Zone {
  const glue = new Map<string, readonly string[]>([[REGISTRY_HOST, [addressOf(REGISTRY_HOST)]]]);
  const records: ZoneRecord[] = [nameServers(TLD, [REGISTRY_HOST], TTL.stable)];
  for (const [domain, { ns, glue: own, ds }] of delegations) {
    // bought, and not yet delegated
    if (ns.length === 0) continue;
    records.push(nameServers(domain, ns, TTL.delegation));
    if (ds.length > 0) records.push({ name: domain, type: 'DS', ttl: TTL.delegation, values: ds });
    for (const [host, addresses] of Object.entries(own)) glue.set(host, addresses);
  }
  for (const [host, addresses] of glue) {
    const four = addresses.filter((ip) => ip.includes('.'));
    const six = addresses.filter((ip) => ip.includes(':'));
    if (four.length > 0) records.push({ name: host, type: 'A', ttl: TTL.delegation, values: four });
    if (six.length > 0)
      records.push({ name: host, type: 'AAAA', ttl: TTL.delegation, values: six });
  }
  return signed(TLD, REGISTRY_HOST, mustRead(TLD, records), [key], serial);
}

/** Every address of the network in one zone: there is no delegation below it. @param pointers address → name */
export function reverseZone(
  pointers: ReadonlyMap<string, string>,
  key: KeptKey,
  serial: number,
): Zone {
  const records = [...pointers].map(([ip, name]): ZoneRecord => ({
    name: reverseName(ip),
    type: 'PTR',
    ttl: TTL.hosted,
    values: [`${name}.`],
  }));
  const all = [nameServers(REVERSE, [REGISTRY_HOST], TTL.stable), ...records];
  return signed(REVERSE, REGISTRY_HOST, mustRead(REVERSE, all), [key], serial);
}

export function signed(
  apex: string,
  primary: string,
  sets: readonly RRset[],
  keys: readonly KeptKey[],
  serial: number,
): Zone {
  const signing = keys.map(keyOf);
  const all = [soaSet(apex, primary, serial, TTL.hosted), ...sets];
  return buildZone(apex, all, { published: signing, signers: signing });
}
