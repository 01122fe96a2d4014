/**
 * Ports for programs that cannot be told to listen on port 0. They lie below those that the kernel gives to
 * outgoing connections, and each process hands out a range of its own, so that no other test takes one first.
 */
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const FIRST = 10_000;
/** Linux gives 32768 and up to outgoing connections (ip_local_port_range). */
const RANGES = 227;
const RANGE = 100;

let handedOut = 0;

/** A port of 127.0.0.1 on which nothing listened a moment ago, and that this process was not given before. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < RANGE; tried++) {
    const port = FIRST + (process.pid % RANGES) * RANGE + (handedOut++ % RANGE);
    if (await isFree(port)) return port;
  }
  throw new Error('all loopback ports of this process are in use');
}

async function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once('error', () => resolve(false));
  server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  return promise;
}

/** Resolves once a server on the port speaks first (SMTP, IMAP); throws when it has not within `seconds`. */
export async function awaitBanner(port: number, seconds = 15): Promise<void> {
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
