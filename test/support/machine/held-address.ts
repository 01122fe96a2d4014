/**
 * What only one process of this machine may use at a time is held by a listening socket, for as long as the process lives: the system
 * gives it up with the process, however that ends.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** @returns whether it is ours from now on; not where another process has it, or another part of this one */
export async function holdAddress(address: string, port: number): Promise<boolean> {
  const server = createServer((socket) => socket.destroy());
  const held = await listens(server.listen(port, address));
  server.unref();
  return held;
}

/** Whether nobody listens there at this moment. */
export async function nobodyListens(address: string, port: number): Promise<boolean> {
  await using server = createServer().listen(port, address);
  return await listens(server);
}

async function listens(server: Server): Promise<boolean> {
  return once(server, 'listening').then(
    () => true,
    () => false,
  );
}
