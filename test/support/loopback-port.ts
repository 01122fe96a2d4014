/**
 * Ports for programs that cannot be told to listen on port 0: the kernel chooses a free one, which is given
 * back at once, so that another process could in theory take it first.
 */
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    server.close(() => resolve(port));
  });
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
