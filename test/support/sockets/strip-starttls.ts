/**
 * The attacker of RFC 3207 §6 between client and server: hands everything on, but takes STARTTLS out of what the server offers, so that
 * who sends opportunistically goes on in clear, and is read.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Stripper extends AsyncDisposable {
  readonly port: number;
  /** What the client said in clear. */
  readonly overheard: () => string;
}

/** @param port of the server on 127.0.0.1 */
export async function startStripper(port: number): Promise<Stripper> {
  const open = new Set<Socket>();
  let overheard = '';
  const server = createServer((client) => {
    const behind = connect({ port, host: '127.0.0.1' });
    for (const socket of [client, behind]) {
      open.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          open.delete(socket);
          client.destroy();
          behind.destroy();
        });
    }
    client.on('data', (octets) => {
      overheard += octets.toString('latin1');
      behind.write(octets);
    });
    behind.on('data', (octets) => {
      const said = octets.toString('latin1').replace(/^250-STARTTLS\r\n/m, '');
      client.write(Buffer.from(said, 'latin1'));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    overheard: () => overheard,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
