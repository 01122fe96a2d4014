/**
 * One query to one server and its response: over UDP, and over TCP where the response was cut or the UDP answers
 * cannot be trusted. Each query has a socket of its own, so that its source port is a fresh one chosen by the
 * kernel: with the id that makes about 2^31 guesses for a forger (RFC 5452 §9.2). The socket is connected, so
 * that the kernel drops what comes from any other address and reports a closed port.
 */
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { concat, view } from '#bytes';
import { answersId, decodeResponse, encodeQuery } from './packet.ts';
import type { Question, Response } from './packet.ts';
import type { DnsServer } from './servers.ts';

/** Datagrams that answer another question before the query goes over TCP, where a forger cannot follow. */
const MAX_STRAY = 16;

export type Exchange =
  | { readonly kind: 'response'; readonly response: Response }
  | {
      readonly kind: 'failed';
      readonly cause: 'timeout' | 'network' | 'malformed';
      readonly text: string;
    };

/** Asks over UDP and, where needed, over TCP. `signal` ends it at once as a time-out; it never rejects. */
export async function exchange(
  server: DnsServer,
  question: Question,
  id: number,
  signal: AbortSignal,
): Promise<Exchange> {
  const overUdp = await askUdp(server, question, id, signal);
  if (overUdp !== 'ask-tcp') return overUdp;
  return askTcp(server, question, id, signal);
}

function askUdp(
  server: DnsServer,
  question: Question,
  id: number,
  signal: AbortSignal,
): Promise<Exchange | 'ask-tcp'> {
  return withSocket(signal, (done) => {
    const socket = createSocket({
      type: isIPv6(server.address) ? 'udp6' : 'udp4',
      // Node looks even addresses up, on the thread pool.
      lookup: (address, _options, callback) => {
        callback(null, address, isIPv6(address) ? 6 : 4);
      },
    });
    let stray = 0;
    socket.on('message', (datagram) => {
      const result = readDatagram(datagram, question, id);
      if (result !== undefined) done(result);
      else if (++stray === MAX_STRAY) done('ask-tcp');
    });
    socket.on('error', (error) => done(networkFailure(error)));
    // not handed to connect(), which would call it where it failed as well
    socket.once('connect', () => {
      socket.send(encodeQuery(id, question), (error) => {
        if (error) done(networkFailure(error));
      });
    });
    const ask = () => socket.connect(server.port, server.address);
    if (server.localAddress === undefined) ask();
    else socket.bind({ address: server.localAddress, port: 0 }, ask);
    return () => socket.close();
  });
}

/** Undefined for a datagram that is no answer to the query: whoever sent it, the real one may still come. */
function readDatagram(
  datagram: Uint8Array,
  question: Question,
  id: number,
): Exchange | 'ask-tcp' | undefined {
  if (!answersId(datagram, id)) return undefined;
  const response = decodeResponse(datagram, question);
  if (response === 'mismatch') return undefined;
  if (response === 'malformed') return MALFORMED;
  return response.truncated ? 'ask-tcp' : { kind: 'response', response };
}

const MALFORMED: Exchange = {
  kind: 'failed',
  cause: 'malformed',
  text: 'its response cannot be read',
};

/** RFC 7766: the same message behind a length of two octets, one query per connection. */
function askTcp(
  server: DnsServer,
  question: Question,
  id: number,
  signal: AbortSignal,
): Promise<Exchange> {
  return withSocket<Exchange>(signal, (done) => {
    const { address: host, port, localAddress } = server;
    const from = localAddress === undefined ? {} : { localAddress };
    const socket = connect({ host, port, noDelay: true, ...from });
    const received: Uint8Array[] = [];
    let size = 0;
    socket.on('data', (chunk) => {
      received.push(chunk);
      size += chunk.length;
      // At most one message of 65,535 octets and one chunk are held: the first complete message decides.
      const message = completeMessage(received, size);
      if (message !== undefined) done(readTcp(message, question, id));
    });
    socket.on('error', (error) => done(networkFailure(error)));
    socket.on('close', () =>
      done({
        kind: 'failed',
        cause: 'network',
        text: 'it closed the connection before its response',
      }),
    );
    const query = encodeQuery(id, question);
    socket.write(concat([Uint8Array.of(query.length >> 8, query.length & 0xff), query]));
    return () => socket.destroy();
  });
}

function completeMessage(received: Uint8Array[], size: number): Uint8Array | undefined {
  if (size < 2) return undefined;
  const first = received[0]!;
  const length =
    first.length >= 2 ? view(first).readUInt16BE(0) : (first[0]! << 8) | received[1]![0]!;
  return size < length + 2 ? undefined : concat(received).subarray(2, length + 2);
}

function readTcp(message: Uint8Array, question: Question, id: number): Exchange {
  if (!answersId(message, id)) return MALFORMED;
  const response = decodeResponse(message, question);
  if (response === 'malformed' || response === 'mismatch' || response.truncated) return MALFORMED;
  return { kind: 'response', response };
}

/** Runs one exchange; the first result counts, and the socket is closed with it, also when the signal aborts. */
function withSocket<R>(
  signal: AbortSignal,
  open: (done: (result: R | Exchange) => void) => () => void,
): Promise<R | Exchange> {
  return new Promise((resolve) => {
    let close: (() => void) | undefined;
    let settled = false;
    const done = (result: R | Exchange) => {
      if (settled) return;
      settled = true;
      signal.removeEventListener('abort', onAbort);
      close?.();
      resolve(result);
    };
    const onAbort = () =>
      done({ kind: 'failed', cause: 'timeout', text: 'it did not answer in time' });
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort);
    close = open(done);
    if (settled) close();
  });
}

function networkFailure(error: Error): Exchange {
  const { code } = error as NodeJS.ErrnoException;
  return {
    kind: 'failed',
    cause: 'network',
    text:
      code === 'ECONNREFUSED'
        ? 'nothing listens there'
        : `it cannot be reached (${code ?? error.message})`,
  };
}
