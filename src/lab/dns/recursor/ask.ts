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
  /** RD: of a resolver, which asks others in turn; unset: of an authority. */
  readonly recursive?: boolean;
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
    recursionDesired: options.recursive === true,
    question: questionOf(name, type),
    edns: { payload: 1232, version: 0, dnssecOk: true },
  });
  const fits = (octets: Uint8Array): Message | undefined => {
    const message = decodeMessage(octets);
    const { question } = message ?? {};
    const same = message?.id === id && message.response && question?.name === name;
    return same && question.type === type ? message : undefined;
  };
  const overUdp = await askUdp(query, fits, options);
  return overUdp?.truncated === true ? askTcp(query, fits, options) : overUdp;
}

type Fits = (octets: Uint8Array) => Message | undefined;

function askUdp(query: Uint8Array, fits: Fits, options: AskOptions): Promise<Message | undefined> {
  const { address, port, localAddress } = options;
  return untilDone(options, (done) => {
    const socket = createSocket('udp4');
    socket.on('error', () => done(undefined));
    socket.on('message', (octets) => {
      const message = fits(octets);
      if (message !== undefined) done(message);
    });
    // not handed to connect(), which would call it where it failed as well
    socket.once('connect', () => socket.send(query));
    socket.bind(0, localAddress, () => socket.connect(port, address));
    return () => socket.close();
  });
}

function askTcp(query: Uint8Array, fits: Fits, options: AskOptions): Promise<Message | undefined> {
  const { address, port, localAddress } = options;
  return untilDone(options, (done) => {
    const socket = connect({ host: address, port, localAddress });
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
    return () => socket.destroy();
  });
}

/** Waits for what `begin` comes to, for as long as there is patience; what it opened is closed by what it gave back. */
function untilDone(
  { patience, signal }: AskOptions,
  begin: (done: (message: Message | undefined) => void) => () => void,
): Promise<Message | undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  const { promise, resolve } = Promise.withResolvers<Message | undefined>();
  let close: (() => void) | undefined;
  const done = (message: Message | undefined) => {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
    close?.();
    close = undefined;
    resolve(message);
  };
  const giveUp = () => done(undefined);
  const timer = setTimeout(giveUp, patience);
  signal.addEventListener('abort', giveUp);
  close = begin(done);
  return promise;
}
