/**
 * DNS messages (RFC 1035 §4.1, EDNS0 by RFC 6891, extended errors by RFC 8914) with the data of records as octets: signatures are made over
 * octets, and `dns-packet` neither keeps them nor says where they are. Counts and lengths are not believed; nothing throws. Pure.
 */
import { concat, EMPTY, utf8, view } from '#bytes';
import { decodeName, encodeName } from './name.ts';
import { TYPE } from './record-types.ts';

/** One record as it stands in a message. */
export interface WireRecord {
  readonly name: string;
  readonly type: number;
  readonly ttl: number;
  readonly rdata: Uint8Array;
}

export interface Edns {
  readonly payload: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  /** An extended error (RFC 8914): a code and a sentence. */
  readonly error?: { readonly code: number; readonly text: string };
}

export interface Message {
  readonly id: number;
  readonly response: boolean;
  readonly opcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticData: boolean;
  readonly checkingDisabled: boolean;
  readonly rcode: number;
  /** The one question, and its octets with the case that the asker chose. */
  readonly question?: {
    readonly name: string;
    readonly type: number;
    readonly class: number;
    readonly octets: Uint8Array;
  };
  readonly answers: readonly WireRecord[];
  readonly authorities: readonly WireRecord[];
  readonly additionals: readonly WireRecord[];
  readonly edns?: Edns;
}

const CLASS_IN = 1;
const HEAD = 12;
const MAX_RECORDS = 1_000;
const EXTENDED_ERROR = 15;

/** The flags of a message, to be spread into one. */
export const PLAIN = {
  response: false,
  opcode: 0,
  authoritative: false,
  truncated: false,
  recursionDesired: false,
  recursionAvailable: false,
  authenticData: false,
  checkingDisabled: false,
  rcode: 0,
  answers: [],
  authorities: [],
  additionals: [],
} as const satisfies Omit<Message, 'id'>;

export function questionOf(name: string, type: number): NonNullable<Message['question']> {
  return {
    name,
    type,
    class: CLASS_IN,
    octets: concat([encodeName(name), u16(type), u16(CLASS_IN)]),
  };
}

export function encodeMessage(message: Message): Uint8Array {
  const { question, answers, authorities, additionals, edns } = message;
  const flags =
    bit(message.response, 15) |
    (message.opcode << 11) |
    bit(message.authoritative, 10) |
    bit(message.truncated, 9) |
    bit(message.recursionDesired, 8) |
    bit(message.recursionAvailable, 7) |
    bit(message.authenticData, 5) |
    bit(message.checkingDisabled, 4) |
    (message.rcode & 15);
  const records = [...answers, ...authorities, ...additionals].map((record) =>
    encodeRecord(record, question?.name),
  );
  return concat([
    u16(message.id),
    u16(flags),
    u16(question === undefined ? 0 : 1),
    u16(answers.length),
    u16(authorities.length),
    u16(additionals.length + (edns === undefined ? 0 : 1)),
    question?.octets ?? EMPTY,
    ...records,
    edns === undefined ? EMPTY : encodeEdns(edns, message.rcode),
  ]);
}

/** The name that was asked for is written as a pointer to the question (RFC 1035 §4.1.4); other names are whole. */
function encodeRecord(
  { name, type, ttl, rdata }: WireRecord,
  asked: string | undefined,
): Uint8Array {
  const owner = name === asked && name !== '' ? u16(0xc000 | HEAD) : encodeName(name);
  return concat([owner, u16(type), u16(CLASS_IN), u32(ttl), u16(rdata.length), rdata]);
}

function encodeEdns({ payload, version, dnssecOk, error }: Edns, rcode: number): Uint8Array {
  const option =
    error === undefined ? EMPTY : concat([u16(error.code), utf8(error.text.slice(0, 200))]);
  const options =
    error === undefined ? EMPTY : concat([u16(EXTENDED_ERROR), u16(option.length), option]);
  return concat([
    Uint8Array.of(0),
    u16(TYPE.OPT),
    u16(payload),
    Uint8Array.of(rcode >> 4, version),
    u16(bit(dnssecOk, 15)),
    u16(options.length),
    options,
  ]);
}

/** Reads a message, or says that it is malformed by undefined. Records of other classes are left out. */
export function decodeMessage(octets: Uint8Array): Message | undefined {
  const packet = view(octets);
  if (packet.length < HEAD) return undefined;
  const flags = packet.readUInt16BE(2);
  const counts = [4, 6, 8, 10].map((at) => packet.readUInt16BE(at)) as [
    number,
    number,
    number,
    number,
  ];
  const head = {
    id: packet.readUInt16BE(0),
    response: has(flags, 15),
    opcode: (flags >> 11) & 15,
    authoritative: has(flags, 10),
    truncated: has(flags, 9),
    recursionDesired: has(flags, 8),
    recursionAvailable: has(flags, 7),
    authenticData: has(flags, 5),
    checkingDisabled: has(flags, 4),
    rcode: flags & 15,
  };
  if (counts[0] > 1 || counts[1] + counts[2] + counts[3] > MAX_RECORDS) return undefined;
  let at = HEAD;
  const question = counts[0] === 0 ? undefined : readQuestion(packet, at);
  if (counts[0] === 1 && question === undefined) return undefined;
  at += question?.octets.length ?? 0;
  const sections: WireRecord[][] = [];
  let edns: Edns | undefined;
  let extended = 0;
  for (const count of counts.slice(1)) {
    const section: WireRecord[] = [];
    for (let index = 0; index < count; index++) {
      const read = readRecord(packet, at);
      if (read === undefined) return undefined;
      at = read.end;
      if (read.record.type === TYPE.OPT) {
        if (edns !== undefined) return undefined;
        edns = readEdns(read.class, read.record);
        extended = read.record.ttl >>> 24;
      } else if (read.class === CLASS_IN) section.push(read.record);
    }
    sections.push(section);
  }
  const [answers, authorities, additionals] = sections as [
    WireRecord[],
    WireRecord[],
    WireRecord[],
  ];
  return {
    ...head,
    rcode: head.rcode | (extended << 4),
    answers,
    authorities,
    additionals,
    ...(question && { question }),
    ...(edns && { edns }),
  };
}

function readQuestion(packet: Buffer, start: number): Message['question'] | undefined {
  const read = decodeName(packet, start);
  if (read === undefined || read.end + 4 > packet.length) return undefined;
  return {
    name: read.name,
    type: packet.readUInt16BE(read.end),
    class: packet.readUInt16BE(read.end + 2),
    octets: packet.subarray(start, read.end + 4),
  };
}

function readRecord(
  packet: Buffer,
  start: number,
): { record: WireRecord; class: number; end: number } | undefined {
  const owner = decodeName(packet, start);
  if (owner === undefined || owner.end + 10 > packet.length) return undefined;
  const type = packet.readUInt16BE(owner.end);
  const from = owner.end + 10;
  const end = from + packet.readUInt16BE(owner.end + 8);
  if (end > packet.length) return undefined;
  const rdata = wholeRdata(packet, type, from, end);
  if (rdata === undefined) return undefined;
  const ttl = packet.readUInt32BE(owner.end + 4);
  return {
    record: { name: owner.name, type, ttl, rdata },
    class: packet.readUInt16BE(owner.end + 2),
    end,
  };
}

/** Octets before the names in the data of the types that may carry pointers (RFC 3597 §4), and how many names. */
const COMPRESSED = new Map<number, readonly [skip: number, names: number]>([
  [TYPE.NS, [0, 1]],
  [TYPE.CNAME, [0, 1]],
  [TYPE.PTR, [0, 1]],
  [TYPE.MX, [2, 1]],
  [TYPE.SOA, [0, 2]],
]);

function wholeRdata(
  packet: Buffer,
  type: number,
  from: number,
  end: number,
): Uint8Array | undefined {
  const [skip, names] = COMPRESSED.get(type) ?? [0, 0];
  if (names === 0) return packet.subarray(from, end);
  const parts: Uint8Array[] = [packet.subarray(from, from + skip)];
  let at = from + skip;
  for (let index = 0; index < names; index++) {
    const read = decodeName(packet, at);
    if (read === undefined || read.end > end) return undefined;
    parts.push(encodeName(read.name));
    at = read.end;
  }
  return concat([...parts, packet.subarray(at, end)]);
}

function readEdns(payload: number, { ttl, rdata }: WireRecord): Edns {
  const options = view(rdata);
  let error: Edns['error'];
  for (let at = 0; at + 4 <= options.length; at += 4 + options.readUInt16BE(at + 2)) {
    const end = at + 4 + options.readUInt16BE(at + 2);
    if (options.readUInt16BE(at) === EXTENDED_ERROR && end <= options.length && end >= at + 6) {
      error = { code: options.readUInt16BE(at + 4), text: options.toString('utf8', at + 6, end) };
    }
  }
  return {
    payload,
    version: (ttl >>> 16) & 255,
    dnssecOk: has(ttl & 0xffff, 15),
    ...(error && { error }),
  };
}

function bit(set: boolean, place: number): number {
  return set ? 1 << place : 0;
}

function has(flags: number, place: number): boolean {
  return ((flags >> place) & 1) === 1;
}

export function u16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 255);
}

export function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}
