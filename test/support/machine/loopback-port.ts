/**
 * Ports for programs that cannot be told to listen on port 0. They lie below those that the kernel gives to
 * outgoing connections, and each process holds ranges of its own, so that no other test takes one first.
 */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { holdAddress, nobodyListens } from './held-address.ts';

const FIRST = 10_000;
/** Linux gives 32768 and up to outgoing connections (ip_local_port_range). */
const RANGES = 455;
const RANGE = 50;
const HOST = '127.0.0.1';

let unused: Promise<number[]> = Promise.resolve([]);

/** A port of 127.0.0.1 on which nothing listened a moment ago, and that nobody else is given while this process lives. */
export async function freePort(): Promise<number> {
  for (;;) {
    unused = unused.then((ports) => (ports.length > 0 ? ports : holdRange()));
    const port = (await unused).shift();
    if (port !== undefined && (await nobodyListens(HOST, port))) return port;
  }
}

/** The first port of a range is listened on for as long as its others are ours. */
async function holdRange(): Promise<number[]> {
  for (let tried = 0; tried < RANGES; tried++) {
    const first = FIRST + ((process.pid + tried) % RANGES) * RANGE;
    if (await holdAddress(HOST, first))
      return Array.from({ length: RANGE - 1 }, (_, index) => first + 1 + index);
  }
  throw new Error('all ranges of loopback ports are held');
}

/** Resolves once a server on the port speaks first (SMTP, IMAP); throws when it has not within `seconds`. */
export async function awaitBanner(port: number, seconds = 60): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await greets(port))) {
    if (performance.now() > deadline) throw new Error(`no server greets on port ${port}`);
    await delay(50);
  }
}

async function greets(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: '127.0.0.1', port, timeout: 2000 });
  socket
    .once('data', () => resolve(true))
    .once('error', () => resolve(false))
    .once('timeout', () => resolve(false))
    .once('close', () => resolve(false));
  const result = await promise;
  socket.destroy();
  return result;
}
