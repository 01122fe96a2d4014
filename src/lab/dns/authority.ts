/**
 * An authoritative server: the zones of one host, and the response to a query (RFC 1034 §4.3.2, signatures by RFC 4035 §3.1). A zone is asked
 * for anew each time, since what it holds depends on the calendar: changes are published with a delay. No sockets here.
 */
import { encodeRdata } from './wire/rdata.ts';
import { valueWords } from './zone/words.ts';
import { parentOf } from './wire/name.ts';
import { PLAIN } from './wire/message.ts';
import type { Message, WireRecord } from './wire/message.ts';
import { RCODE, TYPE, typeCode, typeName } from './wire/record-types.ts';
import { lookUp } from './zone/lookup.ts';
import type { Item, ZoneAnswer } from './zone/lookup.ts';
import { negativeTtl } from './zone/zone.ts';
import type { RRset, Zone } from './zone/zone.ts';
import { signaturesOf } from './dnssec/sign-zone.ts';

export interface DynamicRecord {
  readonly type: string;
  readonly ttl: number;
  /** In the presentation form. */
  readonly value: string;
}

/** What a zone that is a function answers: records (none: the name has others), no such name, or a refusal. */
export type DynamicAnswer = readonly DynamicRecord[] | 'no-name' | 'refused';
export type DynamicZone = (name: string, type: string, from: string) => DynamicAnswer;

export interface ServedZone {
  readonly apex: string;
  /** The zone as this host has it at `now` (milliseconds); undefined while it has none. */
  at(now: number): Zone | undefined;
  /** Answers in place of records, but for those that `at` has. */
  readonly dynamic?: DynamicZone;
}

/** Transfers are for the hosting company's own servers; signatures alone answer nothing. */
const REFUSED: ReadonlySet<number> = new Set([TYPE.AXFR, TYPE.IXFR, TYPE.RRSIG, TYPE.OPT]);

/** The response of a host that serves these zones. */
export function answerQuery(
  zones: ReadonlyMap<string, ServedZone>,
  query: Message,
  now: number,
  from: string,
): Message {
  const respond = (rcode: number): Message => responseTo(query, { rcode });
  const { question } = query;
  if (query.opcode !== 0) return respond(RCODE.notImp);
  if (question === undefined) return respond(RCODE.formErr);
  if (question.class !== 1 || REFUSED.has(question.type)) return respond(RCODE.refused);
  const served = zoneFor(zones, question.name, question.type);
  const zone = served?.at(now);
  if (served === undefined || zone === undefined) return respond(RCODE.refused);
  if (served.dynamic !== undefined && !zone.nodes.has(question.name)) {
    return dynamicResponse(
      query,
      zone,
      served.dynamic(question.name, typeName(question.type), from),
    );
  }
  return write(query, zone, lookUp(zone, question.name, question.type), now);
}

/** The closest zone; of a zone's own DS record the one above it. */
function zoneFor(
  zones: ReadonlyMap<string, ServedZone>,
  name: string,
  type: number,
): ServedZone | undefined {
  const above = type === TYPE.DS && name !== '' ? closest(zones, parentOf(name)) : undefined;
  return above ?? closest(zones, name);
}

function closest(zones: ReadonlyMap<string, ServedZone>, name: string): ServedZone | undefined {
  for (let at = name; ; at = parentOf(at)) {
    const zone = zones.get(at);
    if (zone !== undefined || at === '') return zone;
  }
}

/** A response to a query with the rest of a message filled in. */
export function responseTo(query: Message, rest: Partial<Message>): Message {
  return {
    ...PLAIN,
    id: query.id,
    response: true,
    opcode: query.opcode,
    recursionDesired: query.recursionDesired,
    ...(query.question && { question: query.question }),
    ...(query.edns && { edns: { payload: 1232, version: 0, dnssecOk: query.edns.dnssecOk } }),
    ...rest,
  };
}

function write(query: Message, zone: Zone, answer: ZoneAnswer, now: number): Message {
  const signed = query.edns?.dnssecOk === true && zone.keys.length > 0;
  const section = (items: readonly Item[]) =>
    distinct(items.filter((item) => signed || item.proof !== true)).flatMap((item) =>
      records(zone, item, signed, now),
    );
  return responseTo(query, {
    rcode: answer.rcode,
    authoritative: answer.authoritative,
    answers: section(answer.answers),
    authorities: section(answer.authorities),
    additionals: section(answer.additionals),
  });
}

function distinct(items: readonly Item[]): readonly Item[] {
  const seen = new Set<string>();
  return items.filter(({ set, owner }) => {
    const key = `${owner ?? set.name} ${set.type}`;
    return !seen.has(key) && seen.add(key);
  });
}

function records(
  zone: Zone,
  { set, owner, foreign }: Item,
  signed: boolean,
  now: number,
): WireRecord[] {
  const name = owner ?? set.name;
  const plain = set.rdatas.map((rdata) => ({ name, type: set.type, ttl: set.ttl, rdata }));
  if (!signed || foreign === true) return plain;
  const signatures = signaturesOf(zone, set, now).map((rdata) => ({
    name,
    type: TYPE.RRSIG,
    ttl: set.ttl,
    rdata,
  }));
  return [...plain, ...signatures];
}

function dynamicResponse(query: Message, zone: Zone, answer: DynamicAnswer): Message {
  const { question } = query;
  if (answer === 'refused') return responseTo(query, { rcode: RCODE.refused });
  const answers =
    answer === 'no-name'
      ? []
      : answer
          .map((record) => dynamicRecord(question!.name, record))
          .filter(({ type }) => type === question!.type || type === TYPE.CNAME);
  return responseTo(query, {
    rcode: answer === 'no-name' ? RCODE.nxDomain : RCODE.noError,
    authoritative: true,
    answers,
    authorities: answers.length > 0 ? [] : soaRecords(zone),
  });
}

/** @throws where the function of the zone hands out what cannot be written: a fault of its author */
function dynamicRecord(name: string, { type, ttl, value }: DynamicRecord): WireRecord {
  const code = typeCode(type);
  const words = valueWords(value);
  if (code === undefined || 'flaw' in words) throw new Error(`${name} ${type} «${value}»`);
  const rdata = encodeRdata(code, words, '');
  if ('flaw' in rdata) throw new Error(`${name} ${type} «${value}»: ${rdata.flaw.en}`);
  return { name, type: code, ttl, rdata };
}

function soaRecords(zone: Zone): WireRecord[] {
  const { name, type, rdatas }: RRset = zone.soa;
  return rdatas.map((rdata) => ({ name, type, ttl: negativeTtl(zone), rdata }));
}
