/** A proxy in front of PostgreSQL that loses connections at the worst moment: when COMMIT has gone, and before its answer is back. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Client, type ClientConfig } from 'pg';

export interface CommitEater extends AsyncDisposable {
  readonly connection: ClientConfig;
  /** Cuts the connection when the next COMMIT comes by, after passing it on. */
  eatNextCommit(): void;
  /** From now on nothing comes back. Resolves when something was to. */
  swallow(): Promise<void>;
}

export async function commitEater(config: ClientConfig): Promise<CommitEater> {
  const { host: toHost, port: toPort, user, database, password } = new Client(config);
  const state = { eat: false, swallow: false };
  const swallowed = Promise.withResolvers<void>();
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    const upstream = toHost.startsWith('/')
      ? connect(`${toHost}/.s.PGSQL.${toPort}`)
      : connect(toPort, toHost);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (chunk) => {
      upstream.write(chunk);
      if (state.eat && chunk.includes('commit')) {
        state.eat = false;
        client.destroy();
      }
    });
    upstream.on('data', (chunk) => {
      if (state.swallow) swallowed.resolve();
      else if (!client.destroyed) client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    connection: {
      host: '127.0.0.1',
      port,
      ...(user && { user }),
      ...(database && { database }),
      ...(password && { password }),
    },
    eatNextCommit: () => void (state.eat = true),
    swallow() {
      state.swallow = true;
      return swallowed.promise;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
