/**
 * One query of the recursive resolver to one authoritative server, from the resolver's own address: over UDP, and over TCP where the response was
 * cut. Each has a socket of its own, connected, so that only that server is heard (RFC 5452 §9).
 */
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { randomInt } from 'node:crypto';
import { concat, view } from '#bytes';
import { PLAIN, decodeMessage, encodeMessage, questionOf, u16 } from '#lab/dns/wire/message';
import type { Message } from '#lab/dns/wire/message';

export interface AskOptions {
  readonly address: string;
  readonly port: number;
  /** Where the query leaves from. */
  readonly localAddress: string;
  /** Milliseconds of real time. */
  readonly patience: number;
  readonly signal: AbortSignal;
}

/** The response, or undefined where none came in time or it could not be read. Never rejects. */
export async function ask(
  name: string,
  type: number,
  options: AskOptions,
): Promise<Message | undefined> {
  const id = randomInt(65_536);
  const query = encodeMessage({
    ...PLAIN,
    id,
    question: questionOf(name, type),
    edns: { payload: 1232, version: 0, dnssecOk: true },
  });
  const fits = (octets: Uint8Array): Message | undefined => {
    const message = decodeMessage(octets);
    const { question } = message ?? {};
    const same = message?.id === id && message.response && question?.name === name;
    return same && question.type === type ? message : undefined;
  };
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.patience)]);
  const overUdp = await askUdp(query, fits, { ...options, signal });
  return overUdp?.truncated === true ? askTcp(query, fits, { ...options, signal }) : overUdp;
}

type Fits = (octets: Uint8Array) => Message | undefined;

function askUdp(query: Uint8Array, fits: Fits, options: AskOptions): Promise<Message | undefined> {
  const { address, port, localAddress, signal } = options;
  const { promise, resolve } = Promise.withResolvers<Message | undefined>();
  if (signal.aborted) return Promise.resolve(undefined);
  const socket = createSocket('udp4');
  const done = (message: Message | undefined) => {
    signal.removeEventListener('abort', giveUp);
    socket.removeAllListeners('message');
    socket.close();
    resolve(message);
  };
  const giveUp = () => done(undefined);
  signal.addEventListener('abort', giveUp, { once: true });
  socket.on('error', giveUp);
  socket.on('message', (octets) => {
    const message = fits(octets);
    if (message !== undefined) done(message);
  });
  socket.bind(0, localAddress, () => {
    if (signal.aborted) return;
    socket.connect(port, address, () => {
      if (!signal.aborted) socket.send(query);
    });
  });
  return promise;
}

function askTcp(query: Uint8Array, fits: Fits, options: AskOptions): Promise<Message | undefined> {
  const { address, port, localAddress, signal } = options;
  const { promise, resolve } = Promise.withResolvers<Message | undefined>();
  const socket = connect({ host: address, port, localAddress, signal });
  const done = (message: Message | undefined) => {
    socket.destroy();
    resolve(message);
  };
  let received: Uint8Array = Buffer.alloc(0);
  socket.on('error', () => done(undefined));
  socket.on('close', () => done(undefined));
  socket.on('connect', () => socket.write(concat([u16(query.length), query])));
  socket.on('data', (chunk) => {
    received = concat([received, chunk]);
    const length = received.length < 2 ? undefined : view(received).readUInt16BE(0);
    if (length !== undefined && received.length >= 2 + length) {
      done(fits(received.subarray(2, 2 + length)));
    }
  });
  return promise;
}
