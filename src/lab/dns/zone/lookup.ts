/**
 * What a zone answers (RFC 1034 §4.3.2, wildcards by RFC 4592, what signed zones add by RFC 4035 §3.1). Pure: sections of sets, which
 * `authority.ts` writes with their signatures.
 */
import { decodeName, isWithin, parentOf } from '#lab/dns/wire/name';
import { RCODE, TYPE } from '#lab/dns/wire/record-types';
import { cutAbove, denialOf, negativeTtl } from './zone.ts';
import type { RRset, Zone } from './zone.ts';

export interface Item {
  readonly set: RRset;
  /** The name it answers for, where that is another than its owner (wildcards). */
  readonly owner?: string;
  /** Delegations and glue are not the zone's own data and carry no signature. */
  readonly foreign?: true;
  /** NSEC records, which only those get who ask for DNSSEC. */
  readonly proof?: true;
}

export interface ZoneAnswer {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly Item[];
  readonly authorities: readonly Item[];
  readonly additionals: readonly Item[];
}

/** Aliases followed within one zone. */
const MAX_ALIASES = 8;

export function lookUp(zone: Zone, name: string, type: number): ZoneAnswer {
  const answers: Item[] = [];
  const proofs: Item[] = [];
  let at = name;
  for (let links = 0; ; links++) {
    const cut = cutAbove(zone, at);
    // The parent is the authority for DS, and only for it (RFC 4035 §3.1.4.1).
    if (cut !== undefined && !(type === TYPE.DS && cut.name === at)) {
      return answers.length > 0 ? found(answers, proofs) : refer(zone, cut);
    }
    const { node, owner, ...rest } = nodeFor(zone, at);
    proofs.push(...(node === undefined ? [] : rest.proofs));
    if (node === undefined) {
      const negative = deny(zone, zone.names.has(at) ? 'no-data' : 'no-name', rest.proofs);
      return { ...negative, answers, authorities: [...proofs, ...negative.authorities] };
    }
    const alias = node.get(TYPE.CNAME);
    const wanted = wantedOf(zone, owner ?? at, node, type);
    if (wanted.length === 0 && alias === undefined) {
      const negative = deny(zone, 'no-data', denial(zone, owner ?? at));
      return { ...negative, answers, authorities: [...proofs, ...negative.authorities] };
    }
    const sets = wanted.length > 0 ? wanted : [alias!];
    answers.push(...sets.map((set) => (owner === undefined ? { set } : { set, owner: at })));
    if (wanted.length > 0) return found(answers, proofs, additionalsFor(zone, wanted));
    const target = decodeName(alias!.rdatas[0]!, 0)!.name;
    // What lies elsewhere, and what goes in a circle, is for the asker to follow.
    if (!isWithin(target, zone.apex) || links >= MAX_ALIASES) return found(answers, proofs);
    if (answers.some(({ set, owner: of }) => (of ?? set.name) === target))
      return found(answers, proofs);
    at = target;
  }
}

/** Of ANY one set is enough (RFC 8482 §4.1). */
function wantedOf(
  zone: Zone,
  owner: string,
  node: ReadonlyMap<number, RRset>,
  type: number,
): readonly RRset[] {
  if (type === TYPE.ANY) return [...node.values()].slice(0, 1);
  const set = type === TYPE.NSEC && zone.chain.length > 0 ? denialOf(zone, owner) : node.get(type);
  return set === undefined ? [] : [set];
}

interface FoundNode {
  readonly node: ReadonlyMap<number, RRset> | undefined;
  /** The wildcard that answers, if one does. */
  readonly owner?: string;
  readonly proofs: readonly Item[];
}

function nodeFor(zone: Zone, name: string): FoundNode {
  const node = zone.nodes.get(name);
  if (node !== undefined) return { node, proofs: [] };
  // An empty name between others has an NSEC only around it (RFC 4592 §2.2.2).
  if (zone.names.has(name)) return { node: undefined, proofs: denial(zone, name) };
  const wildcard = wildcardFor(zone, name);
  const none = denial(zone, name);
  const covering = zone.nodes.get(wildcard);
  if (covering !== undefined) return { node: covering, owner: wildcard, proofs: none };
  return { node: undefined, proofs: [...none, ...denial(zone, wildcard)] };
}

/** The one wildcard that could answer: below the closest name that exists (RFC 4592 §3.3.1). */
function wildcardFor(zone: Zone, name: string): string {
  let encloser = parentOf(name);
  while (!zone.names.has(encloser)) encloser = parentOf(encloser);
  return encloser === '' ? '*' : `*.${encloser}`;
}

/** None in a zone that is not signed. */
function denial(zone: Zone, name: string): Item[] {
  return zone.chain.length === 0 ? [] : [{ set: denialOf(zone, name), proof: true }];
}

function deny(zone: Zone, kind: 'no-name' | 'no-data', proofs: readonly Item[]): ZoneAnswer {
  const soa = { ...zone.soa, ttl: negativeTtl(zone) };
  return {
    rcode: kind === 'no-name' ? RCODE.nxDomain : RCODE.noError,
    authoritative: true,
    answers: [],
    authorities: [{ set: soaFor(zone, soa) }, ...proofs],
    additionals: [],
  };
}

const negativeSoas = new WeakMap<RRset, RRset>();

/** One object for each zone, so that its signature is remembered. */
function soaFor({ soa }: Zone, shown: RRset): RRset {
  const known = negativeSoas.get(soa) ?? shown;
  negativeSoas.set(soa, known);
  return known;
}

function found(
  answers: readonly Item[],
  authorities: readonly Item[],
  additionals: readonly Item[] = [],
): ZoneAnswer {
  return { rcode: RCODE.noError, authoritative: true, answers, authorities, additionals };
}

function refer(zone: Zone, cut: RRset): ZoneAnswer {
  const ds = zone.nodes.get(cut.name)?.get(TYPE.DS);
  const secured = zone.chain.length > 0 && ds !== undefined;
  const proofs: Item[] = secured ? [{ set: ds, proof: true }] : denial(zone, cut.name);
  return {
    rcode: RCODE.noError,
    authoritative: false,
    answers: [],
    authorities: [{ set: cut, foreign: true }, ...proofs],
    additionals: targetsOf(cut).flatMap((host) => glue(zone, host)),
  };
}

function additionalsFor(zone: Zone, sets: readonly RRset[]): Item[] {
  const hosts = sets.filter(({ type }) => type === TYPE.NS || type === TYPE.MX).flatMap(targetsOf);
  return [...new Set(hosts)].flatMap((host) => glue(zone, host));
}

function targetsOf({ type, rdatas }: RRset): string[] {
  return rdatas.map((rdata) => decodeName(rdata, type === TYPE.MX ? 2 : 0)?.name ?? '');
}

function glue(zone: Zone, host: string): Item[] {
  const node = zone.nodes.get(host);
  const own = cutAbove(zone, host) === undefined;
  return [node?.get(TYPE.A), node?.get(TYPE.AAAA)]
    .filter((set) => set !== undefined)
    .map((set) => (own ? { set } : { set, foreign: true }));
}
