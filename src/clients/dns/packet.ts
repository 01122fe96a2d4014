/**
 * DNS messages between text and octets: one query out, one response in (RFC 1035 §4, EDNS0 by RFC 6891). The
 * framing is walked here, and only records that can matter are handed to `dns-packet`, since that codec trusts
 * counts and lengths and fails as a whole on one record that it cannot read. Nothing here throws on what a
 * server sent. Called by the exchanges and by the stub resolver.
 */
import { AUTHENTIC_DATA, DNSSEC_OK, RECURSION_DESIRED, answer, encode } from 'dns-packet';
import { view } from '#bytes';
import { normaliseName } from './name.ts';
import { readRecordData } from './record-data.ts';
import type { RecordData, RecordType, SoaData } from '#protocol/dns/resolver';

/** What a UDP response may hold without being fragmented on any path (the DNS Flag Day of 2020). */
export const UDP_PAYLOAD = 1232;

/** More records than any honest answer has; a response of 64 KB could hold 6,000. */
const MAX_RECORDS = 512;

/** RFC 1035 §4.1.1. */
export const RCODE = { noError: 0, formErr: 1, servFail: 2, nxDomain: 3, notImp: 4, refused: 5 };

export interface Question {
  readonly name: string;
  readonly type: RecordType;
  /** Asks only for what the server holds itself (RD=0), and reads where it sends who asks (RFC 1034 §4.3.1). */
  readonly own?: boolean;
}

/** A record of the answer section: of the type asked, or an alias on the way to it. */
export type AnswerRecord =
  | { readonly kind: 'alias'; readonly name: string; readonly ttl: number; readonly target: string }
  | {
      readonly kind: 'data';
      readonly name: string;
      readonly ttl: number;
      readonly data: RecordData[RecordType];
    };

export interface Response {
  readonly rcode: number;
  readonly truncated: boolean;
  readonly authenticData: boolean;
  readonly answers: readonly AnswerRecord[];
  /** The SOA record of the authority section and its own TTL, on which negative caching rests. */
  readonly soa?: { readonly ttl: number; readonly data: SoaData };
  /** Of a question for what the server holds itself. */
  readonly authority?: Authority;
}

/** Whether the zone is the server's own, and to whom it sends who asks: the NS records of the authority section, and their addresses. */
export interface Authority {
  readonly authoritative: boolean;
  readonly delegation: readonly {
    readonly zone: string;
    readonly server: string;
    readonly ttl: number;
  }[];
  readonly glue: readonly { readonly name: string; readonly address: string }[];
}

/** A query with recursion desired unless told otherwise, AD and DO set, and an EDNS0 payload of 1232 octets. */
export function encodeQuery(id: number, question: Question): Uint8Array {
  return encode({
    type: 'query',
    id,
    // AD asks for the AD bit of the answer (RFC 6840 §5.7); some forwarders pass it on only under DO.
    flags: (question.own === true ? 0 : RECURSION_DESIRED) | AUTHENTIC_DATA,
    questions: [{ name: question.name, type: question.type, class: 'IN' }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: UDP_PAYLOAD,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: DNSSEC_OK,
        flag_do: true,
        options: [],
      },
    ],
  });
}

/** Whether a datagram can be the response to a query with this id at all: a response header that carries it. */
export function answersId(bytes: Uint8Array, id: number): boolean {
  return bytes.length >= 12 && ((bytes[0]! << 8) | bytes[1]!) === id && (bytes[2]! & 0x80) !== 0;
}

/**
 * Reads a response to `question`. 'mismatch' where it answers something else (RFC 5452 §9.1), 'malformed' where
 * it cannot be read. A truncated or failing response without a question section is taken as it is.
 */
export function decodeResponse(
  bytes: Uint8Array,
  question: Question,
): Response | 'malformed' | 'mismatch' {
  try {
    return read(view(bytes), question);
  } catch {
    // The codec throws on names and lengths that lead out of the packet.
    return 'malformed';
  }
}

function read(packet: Buffer, question: Question): Response | 'malformed' | 'mismatch' {
  if (packet.length < 12) return 'malformed';
  const flags = packet.readUInt16BE(2);
  const head = {
    rcode: flags & 0x0f,
    truncated: (flags & 0x0200) !== 0,
    authenticData: (flags & 0x0020) !== 0,
  };
  const questions = packet.readUInt16BE(4);
  if (questions === 0 && (head.rcode !== 0 || head.truncated)) return { ...head, answers: [] };
  if (questions !== 1) return 'mismatch';
  const afterName = skipName(packet, 12);
  if (afterName === undefined || afterName + 4 > packet.length) return 'malformed';
  if (!sameQuestion(packet, afterName, question)) return 'mismatch';
  // What follows in a truncated response is asked again over TCP (RFC 2181 §9).
  if (head.truncated) return { ...head, answers: [] };
  const found = readSections(packet, afterName + 4, question);
  return found === undefined ? 'malformed' : { ...head, ...found };
}

function sameQuestion(packet: Buffer, afterName: number, question: Question): boolean {
  const name = plainName(packet, 12);
  return (
    name === (question.name === '.' ? '' : question.name) &&
    packet.readUInt16BE(afterName) === TYPE_CODES[question.type] &&
    packet.readUInt16BE(afterName + 2) === CLASS_IN
  );
}

const CLASS_IN = 1;

/** RFC 1035 §3.2.2, RFC 3596, RFC 2782, RFC 4034, RFC 6698, RFC 8659. */
export const TYPE_CODES = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  DS: 43,
  TLSA: 52,
  CAA: 257,
} as const satisfies Record<RecordType, number>;

/**
 * The answers and the SOA of the authority section, or undefined where the framing is broken. Where the server is asked for what it holds
 * itself, also the delegation and its addresses.
 */
function readSections(
  packet: Buffer,
  start: number,
  { type, own }: Question,
): Pick<Response, 'answers' | 'soa' | 'authority'> | undefined {
  const answerCount = packet.readUInt16BE(6);
  const authorityEnd = answerCount + packet.readUInt16BE(8);
  const end = authorityEnd + (own === true ? packet.readUInt16BE(10) : 0);
  const answers: AnswerRecord[] = [];
  const delegation: Authority['delegation'][number][] = [];
  const glue: Authority['glue'][number][] = [];
  let soa: Response['soa'];
  let offset = start;
  for (let index = 0; index < end; index++) {
    const frame = readFrame(packet, offset);
    if (frame === undefined) return undefined;
    offset = frame.end;
    if (frame.class !== CLASS_IN) continue;
    if (index < answerCount) {
      const record = answerRecord(packet, frame, type);
      if (record === undefined) continue;
      if (record === 'malformed' || answers.length >= MAX_RECORDS) return undefined;
      answers.push(record);
    } else if (index < authorityEnd && frame.type === TYPE_CODES.SOA && soa === undefined) {
      const data = recordData(packet, frame, 'SOA');
      if (data !== undefined) soa = { ttl: frame.ttl, data };
    } else if (own === true && delegation.length + glue.length < MAX_RECORDS) {
      const isDelegation = index < authorityEnd && frame.type === TYPE_CODES.NS;
      const server = isDelegation ? recordData(packet, frame, 'NS') : undefined;
      const address = index < authorityEnd ? undefined : addressIn(packet, frame);
      const name = (server ?? address) === undefined ? undefined : ownerOf(packet, frame);
      if (name === undefined) continue;
      if (server !== undefined) delegation.push({ zone: name, server, ttl: frame.ttl });
      if (address !== undefined) glue.push({ name, address });
    }
  }
  const authoritative = (packet.readUInt16BE(2) & AUTHORITATIVE) !== 0;
  return {
    answers,
    ...(soa && { soa }),
    ...(own === true && { authority: { authoritative, delegation, glue } }),
  };
}

/** The AA bit. */
const AUTHORITATIVE = 0x0400;

function ownerOf(packet: Buffer, { start }: Frame): string | undefined {
  return normaliseName(answer.decode(packet, start).name);
}

function addressIn(packet: Buffer, frame: Frame): string | undefined {
  if (frame.type === TYPE_CODES.A) return recordData(packet, frame, 'A');
  return frame.type === TYPE_CODES.AAAA ? recordData(packet, frame, 'AAAA') : undefined;
}

interface Frame {
  readonly start: number;
  readonly end: number;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
}

function readFrame(packet: Buffer, start: number): Frame | undefined {
  const fixed = skipName(packet, start);
  if (fixed === undefined || fixed + 10 > packet.length) return undefined;
  const end = fixed + 10 + packet.readUInt16BE(fixed + 8);
  if (end > packet.length) return undefined;
  return {
    start,
    end,
    type: packet.readUInt16BE(fixed),
    class: packet.readUInt16BE(fixed + 2),
    // RFC 2181 §8: a TTL with the highest bit set counts as zero.
    ttl: packet.readUInt8(fixed + 4) > 0x7f ? 0 : packet.readUInt32BE(fixed + 4),
  };
}

function answerRecord(
  packet: Buffer,
  frame: Frame,
  type: RecordType,
): AnswerRecord | 'malformed' | undefined {
  const asked = frame.type === TYPE_CODES[type];
  if (!asked && frame.type !== TYPE_CODES.CNAME) return undefined;
  const data = recordData(packet, frame, asked ? type : 'CNAME');
  if (data === undefined) return 'malformed';
  const name = normaliseName(answer.decode(packet, frame.start).name);
  if (name === undefined) return undefined;
  return asked
    ? { kind: 'data', name, ttl: frame.ttl, data }
    : { kind: 'alias', name, ttl: frame.ttl, target: data as string };
}

/** The typed data of the record in a frame, or undefined where the data does not fill the frame exactly. */
function recordData<T extends RecordType>(
  packet: Buffer,
  frame: Frame,
  type: T,
): RecordData[T] | undefined {
  const decoded = answer.decode(packet, frame.start);
  if (frame.start + answer.decode.bytes !== frame.end) return undefined;
  return readRecordData(type, decoded);
}

/** The offset after a name, without following pointers, or undefined where it leads out of the packet. */
function skipName(packet: Buffer, start: number): number | undefined {
  let offset = start;
  for (;;) {
    const length = packet[offset];
    if (length === undefined) return undefined;
    if (length === 0) return offset + 1;
    // A pointer ends the name (RFC 1035 §4.1.4).
    if (length >= 0xc0) return offset + 2 <= packet.length ? offset + 2 : undefined;
    if (length >= 0x40) return undefined;
    offset += length + 1;
  }
}

/** A name without pointers, as the question section of a response has it, in lower case. */
function plainName(packet: Buffer, start: number): string | undefined {
  const labels: string[] = [];
  let offset = start;
  for (let length = packet[offset]!; length !== 0; length = packet[offset]!) {
    if (length >= 0x40) return undefined;
    labels.push(packet.toString('latin1', offset + 1, offset + 1 + length));
    offset += length + 1;
  }
  return labels.join('.').toLowerCase();
}
