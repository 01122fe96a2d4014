/**
 * A DNS server on the loopback that serves a declared zone over UDP and TCP on one port, as a recursive server
 * would: aliases followed, an SOA record with negative answers, the AD bit, and TC set where a response does not fit
 * into what the query allows. `faults` make it misbehave; they may be changed while it runs. For tests of the stub
 * resolver, for real peers and for measuring.
 */
import { createSocket } from 'node:dgram';
import type { RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import {
  AUTHENTIC_DATA,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
  decode,
  encode,
} from 'dns-packet';
import type { Answer, OptAnswer } from 'dns-packet';
import { RCODE } from '#clients/dns/packet';
import type { RecordType } from '#protocol/dns/resolver';
import type { DeclaredZone } from './declared-zone.ts';
import { packetRecord, parseRecordText } from './record-text.ts';

export interface ServerFaults {
  /** What questions about some names meet instead (`closeTcp` is for all). */
  instead?: (name: string) => ServerFaults | undefined;
  /** Over UDP every response is empty with TC set. */
  truncate?: boolean;
  /** No TCP: connections are closed at once. */
  closeTcp?: boolean;
  /** The response carries another id. */
  wrongId?: boolean;
  /** The response answers another question. */
  wrongQuestion?: boolean;
  /** The response leaves from another port. */
  wrongSource?: boolean;
  /** The response says that it is a query. */
  echo?: boolean;
  /** The response stops in the middle of a record. */
  cut?: boolean;
  /** How many queries get no answer before the rest do. */
  drop?: number;
  /** Where the aliases that the server follows stop: the rest of a chain is for the client to ask. */
  aliasesPerResponse?: number;
  /** Replaces what follows the header and the question in every response: `count` answer records. */
  body?: { readonly count: number; readonly octets: Uint8Array };
  /** How many forged datagrams with another id precede each response over UDP. */
  forged?: number;
  /** TCP responses leave octet by octet, where told with a pause after each. */
  dribble?: boolean | (() => Promise<void>);
  /** Responses wait for this. */
  hold?: Promise<void>;
}

export interface ReceivedQuery {
  readonly name: string;
  readonly type: string;
  readonly transport: 'udp' | 'tcp';
  readonly id: number;
  /** The client's. */
  readonly from: string;
  readonly port: number;
  readonly flags: number;
  readonly udpPayload: number | undefined;
  readonly dnssecOk: boolean;
}

export interface ZoneServer extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  readonly faults: ServerFaults;
  readonly received: ReceivedQuery[];
}

interface Query {
  readonly received: ReceivedQuery;
  readonly bytes: Buffer;
}

/** Starts the server, on a port that the kernel chooses unless told, the same for UDP and TCP. */
export async function serveZone(
  zone: DeclaredZone,
  faults: ServerFaults = {},
  { address = '127.0.0.1', port: wanted = 0 } = {},
): Promise<ZoneServer> {
  const received: ReceivedQuery[] = [];
  const open = new Set<Socket>();
  const stranger = createSocket('udp4');
  const tcp = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    if (faults.closeTcp) socket.destroy();
    else socket.on('data', (data) => void answerTcp(socket, data));
  });
  const udp = await bindBoth(tcp, address, wanted);
  const { port } = udp.address();

  udp.on('message', (bytes, from) => void answerUdp(bytes, from));

  const faultsFor = ({ received: { name } }: Query): ServerFaults =>
    faults.instead?.(name) ?? faults;

  async function answerUdp(bytes: Buffer, from: RemoteInfo): Promise<void> {
    const query = readQuery(bytes, 'udp', from);
    const { forged = 0, wrongSource = false } = faultsFor(query);
    const response = await respond(query);
    if (response === undefined) return;
    for (let n = 0; n < forged; n++) {
      const forged = Buffer.from(response);
      forged.writeUInt16BE((query.received.id + 1 + n) & 0xffff, 0);
      udp.send(forged, from.port, from.address);
    }
    (wrongSource ? stranger : udp).send(response, from.port, from.address);
  }

  async function answerTcp(socket: Socket, data: Buffer): Promise<void> {
    const query = readQuery(data.subarray(2), 'tcp', {
      address: socket.remoteAddress ?? '',
      port: socket.remotePort ?? 0,
    });
    const { dribble } = faultsFor(query);
    const response = await respond(query);
    if (response === undefined) return;
    const framed = Buffer.concat([
      Buffer.of(response.length >> 8, response.length & 0xff),
      response,
    ]);
    socket.setNoDelay(true);
    if (dribble === undefined || dribble === false) {
      socket.write(framed);
      return;
    }
    for (const octet of framed) {
      await new Promise<void>((resolve) =>
        socket.write(Buffer.of(octet), () => setImmediate(resolve)),
      );
      if (socket.destroyed) return;
      if (dribble !== true) await dribble();
    }
  }

  async function respond(query: Query): Promise<Buffer | undefined> {
    received.push(query.received);
    const met = faultsFor(query);
    if (met.drop !== undefined && met.drop > 0) {
      met.drop--;
      return undefined;
    }
    await met.hold;
    return response(zone, query, met);
  }

  return {
    address,
    port,
    faults,
    received,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      udp.close();
      stranger.close();
      tcp.close();
      await once(tcp, 'close');
    },
  };
}

/** The kernel chooses the UDP port; where something else has the TCP one, it chooses again. */
async function bindBoth(
  tcp: ReturnType<typeof createServer>,
  address: string,
  port: number,
): Promise<ReturnType<typeof createSocket>> {
  for (let attempt = 0; ; attempt++) {
    tcp.listen(port, address);
    await once(tcp, 'listening');
    const udp = createSocket('udp4');
    udp.bind((tcp.address() as AddressInfo).port, address);
    try {
      await once(udp, 'listening');
      return udp;
    } catch (error) {
      udp.close();
      tcp.close();
      await once(tcp, 'close');
      if (attempt === 5) throw error;
    }
  }
}

function readQuery(
  bytes: Buffer,
  transport: 'udp' | 'tcp',
  { address: from, port }: Pick<RemoteInfo, 'address' | 'port'>,
): Query {
  const packet = decode(bytes);
  const question = packet.questions![0]!;
  const opt = packet.additionals?.find((record): record is OptAnswer => record.type === 'OPT');
  return {
    bytes,
    received: {
      name: question.name.toLowerCase(),
      type: question.type,
      transport,
      id: packet.id!,
      from,
      port,
      flags: packet.flags!,
      udpPayload: opt?.udpPayloadSize,
      dnssecOk: opt?.flag_do ?? false,
    },
  };
}

function response(zone: DeclaredZone, query: Query, faults: ServerFaults): Buffer | undefined {
  const { name, transport, id, udpPayload } = query.received;
  const type = query.received.type as RecordType;
  const content = lookUp(zone, name, type, faults);
  if (content === undefined) return undefined;
  const make = (truncated: boolean) =>
    encode({
      type: faults.echo ? 'query' : 'response',
      id: faults.wrongId ? id ^ 1 : id,
      flags:
        RECURSION_DESIRED |
        RECURSION_AVAILABLE |
        content.rcode |
        (content.authenticated ? AUTHENTIC_DATA : 0) |
        (truncated ? TRUNCATED_RESPONSE : 0),
      questions: [{ name: faults.wrongQuestion ? `other.${name}` : name, type, class: 'IN' }],
      answers: truncated ? [] : content.answers,
      authorities: truncated ? [] : content.authorities,
    });
  const full = make(transport === 'udp' && faults.truncate === true);
  if (faults.body) return withBody(full.subarray(0, 12 + name.length + 2 + 4), faults.body);
  if (faults.cut) return full.subarray(0, -3);
  return transport === 'udp' && full.length > (udpPayload ?? 512) ? make(true) : full;
}

function withBody(head: Buffer, body: NonNullable<ServerFaults['body']>): Buffer {
  head.writeUInt16BE(RCODE.noError | 0x8180, 2);
  head.writeUInt16BE(body.count, 6);
  head.writeUInt32BE(0, 8);
  return Buffer.concat([head, body.octets]);
}

interface Content {
  readonly rcode: number;
  readonly authenticated: boolean;
  readonly answers: Answer[];
  readonly authorities: Answer[];
}

/** Undefined where the zone declares that the question gets no answer. */
function lookUp(
  zone: DeclaredZone,
  name: string,
  type: RecordType,
  faults: ServerFaults,
): Content | undefined {
  const found = zone.find(name, type);
  if ('fault' in found) {
    if (found.fault === 'timeout' || found.fault === 'network') return undefined;
    const rcode = found.fault === 'refused' ? RCODE.refused : RCODE.servFail;
    return { rcode, authenticated: false, answers: [], authorities: [] };
  }
  const limit = faults.aliasesPerResponse ?? Number.POSITIVE_INFINITY;
  const aliases = found.aliases
    .slice(0, limit)
    .map((alias) => packetRecord(alias.name, 'CNAME', alias.ttl, alias.target));
  if (found.aliases.length > limit) {
    return { rcode: 0, authenticated: found.authenticated, answers: aliases, authorities: [] };
  }
  const minimum = zone.negativeTtl;
  const soa = parseRecordText(
    'SOA',
    `ns.${found.canonicalName} root.${found.canonicalName} 1 2 3 4 ${minimum}`,
  );
  return {
    rcode: found.kind === 'nxdomain' ? RCODE.nxDomain : RCODE.noError,
    authenticated: found.authenticated,
    answers: [
      ...aliases,
      ...found.records.map((data) => packetRecord(found.canonicalName, type, found.ttl, data)),
    ],
    authorities:
      found.kind === 'records' ? [] : [packetRecord(found.canonicalName, 'SOA', minimum, soa)],
  };
}
