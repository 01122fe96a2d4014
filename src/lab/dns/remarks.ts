/** What is worth saying of a zone that was changed: it may stand so, and is hardly ever meant. Pure. */
import { saidWith, type Said } from './said.ts';
import { REMARKS } from './texts/remarks.ts';
import { targetsOf } from './unlikely.ts';
import { isWithin, upTo } from './wire/name.ts';
import { TYPE, typeName } from './wire/record-types.ts';
import type { RRset } from './zone/zone.ts';

/** More than a person reads. */
const MOST = 10;

const TO_HOSTS: ReadonlySet<number> = new Set([TYPE.MX, TYPE.NS, TYPE.SRV]);
const OF_HOSTS: ReadonlySet<number> = new Set([TYPE.A, TYPE.AAAA, TYPE.MX]);
const SRV_NAME = /^_[^.]+\._[^.]+\./;
const TLSA_NAME = /^(?:_\d{1,5}|\*)\._[a-z]+\./;

/** Of the sets that were written, and of others what was not so before. */
export function remarksOn(zone: string, before: readonly RRset[], now: readonly RRset[]): Said[] {
  const old = new Set(before);
  const known = new Set(aboutAll(zone, before).map(({ said }) => said.en));
  const found = aboutAll(zone, now).filter(({ set, said }) => !old.has(set) || !known.has(said.en));
  return found.slice(0, MOST).map(({ said }) => said);
}

interface Remark {
  readonly set: RRset;
  readonly said: Said;
}

function aboutAll(zone: string, sets: readonly RRset[]): Remark[] {
  const types = new Map<string, Set<number>>();
  for (const { name, type } of sets) types.set(name, (types.get(name) ?? new Set()).add(type));
  return sets.flatMap((set) => {
    const said = [...aboutName(zone, set), ...aboutTexts(zone, set)];
    if (TO_HOSTS.has(set.type)) said.push(...aboutTargets(zone, set, types));
    return said.map((one) => ({ set, said: one }));
  });
}

function aboutName(zone: string, { name, type }: RRset): Said[] {
  if (OF_HOSTS.has(type) && name.includes('_'))
    return [saidWith(REMARKS['host-underscore'], { name, type: typeName(type) })];
  if (type === TYPE.SRV && !SRV_NAME.test(name))
    return [saidWith(REMARKS['srv-name'], { name, zone })];
  if (type === TYPE.TLSA && !TLSA_NAME.test(name))
    return [saidWith(REMARKS['tlsa-name'], { name, zone })];
  return [];
}

function aboutTexts(zone: string, { name, type, rdatas }: RRset): Said[] {
  if (type !== TYPE.TXT) return [];
  const said: Said[] = [];
  const begins = (tag: string): number =>
    rdatas.filter((rdata) => beginning(rdata).toLowerCase().startsWith(tag)).length;
  for (const rdata of rdatas) {
    const lengths = lengthsOf(rdata);
    if (lengths[0] === 255 && lengths.length > 1) {
      const values = { name, count: lengths.length, lengths: lengths.join(' + ') };
      said.push(saidWith(REMARKS.split, values));
    }
  }
  const spf = begins('v=spf1');
  if (spf > 1) said.push(saidWith(REMARKS['two-spf'], { name, count: spf }));
  const dmarc = begins('v=dmarc1');
  if (dmarc > 0 && !/(?:^|\.)_dmarc\./.test(name))
    said.push(saidWith(REMARKS['dmarc-name'], { name, zone }));
  else if (dmarc > 1) said.push(saidWith(REMARKS['two-dmarc'], { name, count: dmarc }));
  if (begins('v=dkim1') > 0 && !name.includes('._domainkey.'))
    said.push(saidWith(REMARKS['dkim-name'], { name, zone }));
  return said;
}

function aboutTargets(
  zone: string,
  set: RRset,
  types: ReadonlyMap<string, ReadonlySet<number>>,
): Said[] {
  const { name } = set;
  const type = typeName(set.type);
  return targetsOf(set).flatMap((target) => {
    if (!isWithin(target, zone)) return [];
    if (types.get(target)?.has(TYPE.CNAME))
      return [saidWith(REMARKS['target-alias'], { target, type, name })];
    const between = upTo(target, zone).slice(0, -1);
    // somebody else's: delegated further down, or by a wildcard
    const isElsewhere = between.some((one) => types.get(one)?.has(TYPE.NS));
    const isWild = !types.has(target) && between.some((one) => hasAddress(types, wildOf(one)));
    return isElsewhere || isWild || hasAddress(types, target)
      ? []
      : [saidWith(REMARKS['target-without-address'], { target, type, name })];
  });
}

function wildOf(name: string): string {
  return `*${name.slice(name.indexOf('.'))}`;
}

function hasAddress(types: ReadonlyMap<string, ReadonlySet<number>>, name: string): boolean {
  const known = types.get(name);
  return (
    known !== undefined && (known.has(TYPE.A) || known.has(TYPE.AAAA) || known.has(TYPE.CNAME))
  );
}

/** Octets of each string of a TXT record. RFC 1035 §3.3.14 */
export function lengthsOf(rdata: Uint8Array): number[] {
  const lengths: number[] = [];
  for (let at = 0; at < rdata.length; at += rdata[at]! + 1) lengths.push(rdata[at]!);
  return lengths;
}

/** The first characters of a text, joined as who reads it does. */
function beginning(rdata: Uint8Array): string {
  return String.fromCharCode(...rdata.subarray(1, 1 + Math.min(rdata[0] ?? 0, 10)));
}
