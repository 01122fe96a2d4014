/**
 * One host of the DNS: UDP and TCP on one address and port (RFC 1035 §4.2, RFC 7766). Octets in, octets out; what does not fit into a datagram
 * goes out empty with TC set (RFC 2181 §9). Bounded in connections and in time.
 */
import { createSocket } from 'node:dgram';
import type { Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { concat, view } from '#bytes';
import { decodeMessage, encodeMessage, u16 } from './wire/message.ts';
import type { Message } from './wire/message.ts';
import { RCODE } from './wire/record-types.ts';
import { responseTo } from './authority.ts';

export type Transport = 'udp' | 'tcp';

/** A query and where it came from; undefined for no answer at all. */
export type Handler = (
  query: Message,
  from: string,
  transport: Transport,
) => Message | undefined | Promise<Message | undefined>;

const PLAIN_UDP = 512;
const MAX_UDP = 1_232;
const MAX_CONNECTIONS = 64;
const MAX_QUERY = 4_096;
/** Who asks over TCP and does not read the answers is sent away. */
const MAX_UNREAD = 1_048_576;
const MAX_MESSAGE = 65_535;
const IDLE_MS = 5_000;

export interface DnsHost extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
}

/** @throws where the address and port are taken */
export async function openDnsHost(
  address: string,
  port: number,
  handle: Handler,
): Promise<DnsHost> {
  const udp = createSocket('udp4');
  const tcp = createServer({ noDelay: true });
  tcp.maxConnections = MAX_CONNECTIONS;
  const connections = new Set<Socket>();
  udp.on('message', (datagram, { address: from, port: fromPort }) => {
    void respond(datagram, from, 'udp', handle).then((response) => {
      if (response !== undefined) send(udp, response, fromPort, from);
    });
  });
  tcp.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    serveConnection(socket, handle);
  });
  try {
    udp.bind(port, address);
    await once(udp, 'listening');
    // what a socket says later belongs to one datagram
    udp.on('error', () => {});
    tcp.listen(port, address);
    await once(tcp, 'listening');
  } catch (error) {
    await close(udp, tcp, connections);
    throw error;
  }
  let closed: Promise<void> | undefined;
  return {
    address,
    port,
    [Symbol.asyncDispose]: () => (closed ??= close(udp, tcp, connections)),
  };
}

function send(udp: UdpSocket, response: Uint8Array, port: number, address: string): void {
  try {
    udp.send(response, port, address);
  } catch {
    // closed while the answer was being made
  }
}

async function close(udp: UdpSocket, tcp: Server, connections: Set<Socket>): Promise<void> {
  for (const socket of connections) socket.destroy();
  const closed = new Promise<void>((resolve) => {
    tcp.close(() => resolve());
  });
  await new Promise<void>((resolve) => {
    udp.close(resolve);
  });
  await closed;
}

async function respond(
  octets: Uint8Array,
  from: string,
  transport: Transport,
  handle: Handler,
): Promise<Uint8Array | undefined> {
  const query = decodeMessage(octets);
  if (query === undefined || query.response) return formatError(octets);
  if (query.edns !== undefined && query.edns.version !== 0) {
    return encodeMessage(responseTo(query, { rcode: RCODE.badVers }));
  }
  const response = await handle(query, from, transport);
  if (response === undefined) return undefined;
  const whole = encodeMessage(response);
  if (whole.length > MAX_MESSAGE) {
    return encodeMessage(responseTo(query, { rcode: RCODE.servFail }));
  }
  if (transport === 'tcp' || whole.length <= room(query)) return whole;
  return encodeMessage({
    ...response,
    truncated: true,
    answers: [],
    authorities: [],
    additionals: [],
  });
}

function room({ edns }: Message): number {
  return edns === undefined ? PLAIN_UDP : Math.min(Math.max(edns.payload, PLAIN_UDP), MAX_UDP);
}

/** A header alone for what is no readable query; silence for what is no query at all, or two servers would talk for ever. */
function formatError(octets: Uint8Array): Uint8Array | undefined {
  if (octets.length < 12 || (octets[2]! & 0x80) !== 0) return undefined;
  const head = Buffer.alloc(12);
  head.set(octets.subarray(0, 2));
  head[2] = 0x80 | (octets[2]! & 0x79);
  head[3] = RCODE.formErr;
  return head;
}

function serveConnection(socket: Socket, handle: Handler): void {
  const from = socket.remoteAddress ?? '';
  let pending: Uint8Array = Buffer.alloc(0);
  let busy = false;
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  const next = async () => {
    if (busy) return;
    busy = true;
    try {
      for (;;) {
        const length = pending.length < 2 ? undefined : view(pending).readUInt16BE(0);
        if (length === undefined || pending.length < 2 + length) break;
        const query = pending.subarray(2, 2 + length);
        pending = pending.subarray(2 + length);
        const response = await respond(query, from, 'tcp', handle);
        if (response !== undefined) socket.write(concat([u16(response.length), response]));
        if (socket.writableLength > MAX_UNREAD) socket.destroy();
      }
    } finally {
      busy = false;
    }
  };
  socket.on('data', (chunk) => {
    if (pending.length + chunk.length > 2 * MAX_QUERY) {
      socket.destroy();
      return;
    }
    pending = concat([pending, chunk]);
    void next();
  });
  socket.on('end', () => socket.end());
}
