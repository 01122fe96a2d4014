/**
 * Records as plain data, as providers and the learner's panel write them, to sets of octets for a zone: each field judged, and every
 * problem told with what to do instead. Names are whole (a trailing dot may stand); values are in the presentation form. Pure.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { formatRdata, encodeRdata } from './wire/rdata.ts';
import { isWithin, parseName } from './wire/name.ts';
import { TYPE, typeCode, typeName } from './wire/record-types.ts';
import type { Refused } from './outcome.ts';
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

export interface RecordProblem extends Refused {
  readonly reason: 'bad-name' | 'bad-type' | 'bad-value' | 'bad-ttl' | 'conflict' | 'too-many';
}

const MAX_TTL = 604_800;
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
export function readRecord(record: ZoneRecord, zone: string): RRset | RecordProblem {
  const name = record.name === '@' ? zone : parseName(record.name);
  if (name === undefined || !isWithin(name, zone)) {
    return problem(
      'bad-name',
      `${record.name} does not lie in the zone ${zone}.`,
      `Give the whole name, such as www.${zone}, or @ for ${zone} itself.`,
    );
  }
  const type = typeCode(record.type);
  if (type === undefined || MADE.has(type) || QUESTIONS_ONLY.has(type)) {
    return problem(
      'bad-type',
      `${record.type} is no type that can be set here.`,
      'Use A, AAAA, MX, TXT, CNAME, NS, SRV, CAA, TLSA or another type of data; SOA and the records of signatures are made by the server.',
    );
  }
  if (!Number.isInteger(record.ttl) || record.ttl < 0 || record.ttl > MAX_TTL) {
    return problem(
      'bad-ttl',
      `${record.ttl} is no time to live.`,
      `Give seconds from 0 to ${MAX_TTL} (a week); 3600 is usual, 300 before a change.`,
    );
  }
  if (record.values.length === 0 || record.values.length > MAX_VALUES) {
    return problem(
      'too-many',
      `${record.values.length} values for one name and type.`,
      `Give between 1 and ${MAX_VALUES}.`,
    );
  }
  const rdatas: Uint8Array[] = [];
  for (const value of record.values) {
    const rdata = readValue(type, value);
    if (typeof rdata === 'string') {
      return problem(
        'bad-value',
        `${typeName(type)} of ${name}: ${rdata}.`,
        EXAMPLES[typeName(type)] ?? 'Give the value as a zone file has it (RFC 1035 §5).',
      );
    }
    // A set holds no record twice (RFC 2181 §5).
    if (!rdatas.some((other) => Buffer.compare(other, rdata) === 0)) rdatas.push(rdata);
  }
  if (octetsOf(rdatas) > MAX_OCTETS) {
    return problem(
      'too-many',
      `${typeName(type)} of ${name} has ${octetsOf(rdatas)} octets in all.`,
      `Keep one name and type below ${MAX_OCTETS}: it is answered in one message.`,
    );
  }
  return { name, type, ttl: record.ttl, rdatas };
}

function octetsOf(rdatas: readonly Uint8Array[]): number {
  return rdatas.reduce((sum, { length }) => sum + length, 0);
}

function readValue(type: number, value: string): Uint8Array | string {
  const words = valueWords(value);
  if (typeof words === 'string') return words;
  // An SPF or DKIM record that was pasted without quotes is one string, not one for each word.
  const bare = type === TYPE.TXT && words.every(({ quoted }) => !quoted);
  if (bare) return encodeRdata(type, [{ text: value.trim(), quoted: true }], '');
  const rdata = encodeRdata(type, words, '');
  if (typeof rdata === 'string') return rdata;
  const target = TARGETED.has(type) ? (words.at(-1)?.text ?? '') : '';
  const bareTarget = target.endsWith('.') ? target.slice(0, -1) : target;
  return isIPv4(bareTarget) || isIPv6(bareTarget)
    ? `«${target}» is an address, and a ${typeName(type)} record names a host`
    : rdata;
}

const TARGETED: ReadonlySet<number> = new Set([TYPE.MX, TYPE.NS, TYPE.CNAME, TYPE.PTR, TYPE.SRV]);

const EXAMPLES: Readonly<Record<string, string>> = {
  A: 'Give an IPv4 address, such as 127.20.25.25.',
  AAAA: 'Give an IPv6 address, such as 2001:db8::25.',
  MX: 'Give a preference and a host name, such as «10 mail.example.test.»; the host gets its own A record.',
  TXT: 'Give the text in quotes; a quote within it is written \\". What is longer than 255 octets is split by itself.',
  CNAME: 'Give one host name, such as «www.example.test.».',
  NS: 'Give the name of a name server, such as «ns1.dnshost.test.»; its address is a record of its own.',
  PTR: 'Give one host name, such as «mail.example.test.».',
  SRV: 'Give priority, weight, port and host, such as «0 1 993 mail.example.test.».',
  CAA: 'Give flags, a tag and a value in quotes, such as «0 issue "ca.test"».',
  TLSA: 'Give usage, selector, matching type and the digest in hexadecimal, such as «3 1 1 8cb0…».',
  DS: 'Give key tag, algorithm, digest type and digest in hexadecimal, such as «12345 13 2 8cb0…».',
};

/** What cannot stand together in one zone. */
export function judgeTogether(zone: string, sets: readonly RRset[]): RecordProblem | undefined {
  const types = new Map<string, number[]>();
  for (const { name, type } of sets) types.set(name, [...(types.get(name) ?? []), type]);
  for (const { name, type, rdatas } of sets) {
    if (type !== TYPE.CNAME) continue;
    if (name === zone) {
      return problem(
        'conflict',
        `A CNAME cannot stand at ${zone} itself, which has SOA and NS records (RFC 1034 §3.6.2).`,
        'Give the name A and AAAA records instead.',
      );
    }
    if (rdatas.length > 1) {
      return problem(
        'conflict',
        `${name} has ${rdatas.length} CNAME records; one name is an alias of one other.`,
        'Keep one of them.',
      );
    }
    const others = types
      .get(name)!
      .filter((other) => other !== TYPE.CNAME)
      .map(typeName);
    if (others.length > 0) {
      return problem(
        'conflict',
        `${name} has a CNAME and beside it ${others.join(', ')}: an alias has no data of its own (RFC 1034 §3.6.2).`,
        `Remove the CNAME of ${name}, or what stands beside it.`,
      );
    }
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

export function problem(
  reason: RecordProblem['reason'],
  message: string,
  remedy: string,
): RecordProblem {
  return { kind: 'refused', reason, message, remedy };
}
