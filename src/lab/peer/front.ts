/**
 * The door of a server that sleeps: it listens in its place, wakes it when somebody comes, and leads them to it, from the address they came
 * from, so that the server sees who it is.
 */
import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';

export interface FrontOptions {
  readonly address: string;
  readonly port: number;
  /** Where the server listens once it is awake. */
  readonly innerPort: number;
  /** Never rejects; false: it does not wake up. */
  readonly wake: () => Promise<boolean>;
}

const CONNECTIONS = 50;

/** @throws EADDRINUSE, … */
export async function openFront(options: FrontOptions): Promise<AsyncDisposable> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (caller) => {
    if (open.size >= CONNECTIONS) return void caller.destroy();
    open.add(caller);
    caller.on('close', () => open.delete(caller)).on('error', () => {});
    void lead(caller, options);
  });
  server.listen(options.port, options.address);
  await once(server, 'listening');
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function lead(caller: Socket, { address, innerPort, wake }: FrontOptions): Promise<void> {
  if (!(await wake()) || caller.destroyed) return void caller.destroy();
  const server = connect({
    host: address,
    port: innerPort,
    localAddress: caller.remoteAddress ?? address,
    allowHalfOpen: true,
  });
  caller.on('close', () => server.destroy());
  server.on('close', () => caller.destroy()).on('error', () => {});
  caller.pipe(server);
  server.pipe(caller);
}
