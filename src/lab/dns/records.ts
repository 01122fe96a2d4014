/**
 * Records as plain data, as providers and the learner's panel write them, to sets of octets for a zone: each field judged, and every
 * problem told with what to do instead. Names are whole (a trailing dot may stand); values are in the presentation form. Pure.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { flaw, type Flaw } from './wire/flaws.ts';
import { formatRdata, encodeRdata } from './wire/rdata.ts';
import { isWithin, parseName } from './wire/name.ts';
import { TYPE, typeCode, typeName } from './wire/record-types.ts';
import { refused } from './outcome.ts';
import type { Refused } from './outcome.ts';
import { shortened, type Said } from './said.ts';
import { AS_ZONE_FILE, EXAMPLES } from './texts/examples.ts';
import { valueWords } from './zone/words.ts';
import type { RRset } from './zone/zone.ts';

/** All records of one name and type. */
export interface ZoneRecord {
  readonly name: string;
  readonly type: string;
  /** Seconds. */
  readonly ttl: number;
  readonly values: readonly string[];
}

export const MAX_TTL = 604_800;
const MAX_VALUES = 100;
const MAX_OCTETS = 16_384;

/** Types that servers make themselves. */
const MADE: ReadonlySet<number> = new Set([
  TYPE.SOA,
  TYPE.RRSIG,
  TYPE.NSEC,
  TYPE.DNSKEY,
  TYPE.NSEC3,
  TYPE.NSEC3PARAM,
]);
const QUESTIONS_ONLY: ReadonlySet<number> = new Set([TYPE.ANY, TYPE.AXFR, TYPE.IXFR, TYPE.OPT]);

/** One set, or what is wrong with it. */
export function readRecord(record: ZoneRecord, zone: string): RRset | Refused {
  const name = record.name === '@' ? zone : parseName(record.name);
  if (name === undefined || !isWithin(name, zone))
    return refused('outside-zone', { name: shortened(record.name), zone });
  const type = typeCode(record.type);
  if (type === undefined || MADE.has(type) || QUESTIONS_ONLY.has(type))
    return refused('bad-type', { type: shortened(record.type) });
  if (!Number.isInteger(record.ttl) || record.ttl < 0 || record.ttl > MAX_TTL)
    return refused('bad-ttl', { ttl: record.ttl, most: MAX_TTL });
  if (record.values.length === 0 || record.values.length > MAX_VALUES)
    return refused('count-of-values', { count: record.values.length, most: MAX_VALUES });
  const rdatas: Uint8Array[] = [];
  for (const value of record.values) {
    const rdata = readValue(type, value);
    if ('flaw' in rdata) {
      const example = exampleOf(type);
      return refused('bad-data', { type: typeName(type), name, flaw: rdata.flaw, example });
    }
    // A set holds no record twice (RFC 2181 §5).
    if (!rdatas.some((other) => Buffer.compare(other, rdata) === 0)) rdatas.push(rdata);
  }
  const count = octetsOf(rdatas);
  if (count > MAX_OCTETS)
    return refused('large-set', { type: typeName(type), name, count, most: MAX_OCTETS });
  return { name, type, ttl: record.ttl, rdatas };
}

function octetsOf(rdatas: readonly Uint8Array[]): number {
  return rdatas.reduce((sum, { length }) => sum + length, 0);
}

function readValue(type: number, value: string): Uint8Array | Flaw {
  const words = valueWords(value);
  if ('flaw' in words) return words;
  // An SPF or DKIM record that was pasted without quotes is one string, not one for each word.
  const bare = type === TYPE.TXT && words.every(({ quoted }) => !quoted);
  if (bare) return readBare(value.trim());
  const rdata = encodeRdata(type, words, '');
  if ('flaw' in rdata) return rdata;
  const target = TARGETED.has(type) ? (words.at(-1)?.text ?? '') : '';
  const bareTarget = target.endsWith('.') ? target.slice(0, -1) : target;
  return isIPv4(bareTarget) || isIPv6(bareTarget)
    ? flaw('address-as-host', { word: target, type: typeName(type) })
    : rdata;
}

function readBare(text: string): Uint8Array | Flaw {
  if (/[\0-\x1f\x7f]/.test(text)) return flaw('line-break', {});
  return text === '' ? flaw('nothing', {}) : encodeRdata(TYPE.TXT, [{ text, quoted: true }], '');
}

/** Whose data ends with the name of a host. */
export const TARGETED: ReadonlySet<number> = new Set([
  TYPE.MX,
  TYPE.NS,
  TYPE.CNAME,
  TYPE.PTR,
  TYPE.SRV,
]);

function exampleOf(type: number): Said {
  return EXAMPLES[typeName(type)] ?? AS_ZONE_FILE;
}

/** What cannot stand together in one zone. */
export function judgeTogether(zone: string, sets: readonly RRset[]): Refused | undefined {
  const types = new Map<string, number[]>();
  for (const { name, type } of sets) types.set(name, [...(types.get(name) ?? []), type]);
  for (const { name, type, rdatas } of sets) {
    if (type !== TYPE.CNAME) continue;
    if (name === zone) return refused('cname-at-apex', { zone });
    if (rdatas.length > 1) return refused('two-cnames', { name, count: rdatas.length });
    const others = types
      .get(name)!
      .filter((other) => other !== TYPE.CNAME)
      .map(typeName);
    if (others.length > 0) return refused('cname-beside', { name, types: others.join(', ') });
  }
  return undefined;
}

/** Sets of plain data that is our own. @throws where it is wrong: a fault of who wrote it */
export function mustRead(zone: string, records: readonly ZoneRecord[]): RRset[] {
  const sets = records.map((record) => readRecord(record, zone));
  const wrong = sets.find((set) => 'kind' in set) ?? judgeTogether(zone, sets as RRset[]);
  if (wrong !== undefined) throw new Error(wrong.message);
  return sets as RRset[];
}

/** A set as plain data again. */
export function plainRecord({ name, type, ttl, rdatas }: RRset): ZoneRecord {
  return {
    name,
    type: typeName(type),
    ttl,
    values: rdatas.map((rdata) => formatRdata(type, rdata)),
  };
}
