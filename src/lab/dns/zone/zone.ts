/**
 * A zone as it is served: its sets of records by owner and type, the names that exist (those without records between two others too,
 * RFC 4592 §2.2.2), and, where it is signed, the order of its names for NSEC (RFC 4034 §4). Never changed once it is built. Pure.
 */
import { compareNames, encodeName, isWithin, upTo } from '#lab/dns/wire/name';
import { encodeTypes } from '#lab/dns/wire/type-bits';
import { TYPE } from '#lab/dns/wire/record-types';
import { concat, view } from '#bytes';
import type { SigningKey } from '#lab/dns/dnssec/key';

/** All records of one owner and type. */
export interface RRset {
  readonly name: string;
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  readonly rdatas: readonly Uint8Array[];
}

export interface Zone {
  readonly apex: string;
  readonly soa: RRset;
  readonly nodes: ReadonlyMap<string, ReadonlyMap<number, RRset>>;
  /** Every name that exists, the empty ones between others included. */
  readonly names: ReadonlySet<string>;
  /** Keys that sign it; none where it is not signed. */
  readonly keys: readonly SigningKey[];
  /** The names that have an NSEC record, in canonical order. */
  readonly chain: readonly string[];
  /** NSEC records made so far. */
  readonly denials: Map<string, RRset>;
}

/** Seconds that a set of keys may be remembered. */
export const KEY_TTL = 3_600;

/** A zone of sets that all lie within `apex`, an SOA among them. @throws without an SOA, which is a fault of the caller */
export function buildZone(
  apex: string,
  sets: Iterable<RRset>,
  signing: {
    readonly published: readonly SigningKey[];
    readonly signers: readonly SigningKey[];
  } = {
    published: [],
    signers: [],
  },
): Zone {
  const nodes = new Map<string, Map<number, RRset>>();
  const add = (set: RRset) => {
    const node = nodes.get(set.name) ?? new Map<number, RRset>();
    nodes.set(set.name, node);
    node.set(set.type, set);
  };
  for (const set of sets) {
    if (!isWithin(set.name, apex)) throw new Error(`${set.name} is not in the zone ${apex}`);
    add(set);
  }
  if (signing.published.length > 0) {
    const rdatas = signing.published.map(({ dnskey }) => dnskey);
    add({ name: apex, type: TYPE.DNSKEY, ttl: KEY_TTL, rdatas });
  }
  const soa = nodes.get(apex)?.get(TYPE.SOA);
  if (soa === undefined) throw new Error(`the zone ${apex} has no SOA record`);
  const names = new Set<string>();
  for (const name of nodes.keys()) for (const one of upTo(name, apex)) names.add(one);
  const zone = { apex, soa, nodes, names, keys: signing.signers, chain: [], denials: new Map() };
  if (signing.signers.length === 0) return zone;
  const chain = [...nodes.keys()].filter((name) => !isBelowCut(zone, name)).sort(compareNames);
  return { ...zone, chain };
}

/** The delegation at or above a name and below the apex, the highest one (RFC 1034 §4.3.2, 3b). */
export function cutAbove(zone: Zone, name: string): RRset | undefined {
  return upTo(name, zone.apex)
    .slice(0, -1)
    .map((one) => zone.nodes.get(one)?.get(TYPE.NS))
    .findLast((set) => set !== undefined);
}

function isBelowCut(zone: Zone, name: string): boolean {
  const cut = cutAbove(zone, name);
  return cut !== undefined && cut.name !== name;
}

/** How long what does not exist may be remembered, in seconds (RFC 2308 §5). */
export function negativeTtl({ soa }: Zone): number {
  return Math.min(soa.ttl, view(soa.rdatas[0]!).readUInt32BE(soa.rdatas[0]!.length - 4));
}

/** The NSEC record at a name, or that of the last name before it: who denies it either way. */
export function denialOf(zone: Zone, name: string): RRset {
  let low = 0;
  let high = zone.chain.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (compareNames(zone.chain[middle]!, name) <= 0) low = middle;
    else high = middle;
  }
  const owner = zone.chain[low]!;
  const known = zone.denials.get(owner);
  if (known !== undefined) return known;
  const next = zone.chain[low + 1] ?? zone.apex;
  const rdata = concat([encodeName(next), encodeTypes(deniableTypes(zone, owner))]);
  // RFC 9077 §3: as long as the SOA lets a negative answer live.
  const set = { name: owner, type: TYPE.NSEC, ttl: negativeTtl(zone), rdatas: [rdata] };
  zone.denials.set(owner, set);
  return set;
}

/** At a delegation only what the parent is the authority for (RFC 4035 §2.3). */
function deniableTypes(zone: Zone, owner: string): number[] {
  const types = [...zone.nodes.get(owner)!.keys()];
  const atCut = owner !== zone.apex && types.includes(TYPE.NS);
  const own = atCut ? types.filter((type) => type === TYPE.NS || type === TYPE.DS) : types;
  return [...own, TYPE.RRSIG, TYPE.NSEC];
}
