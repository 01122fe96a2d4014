/** The policy of MTA-STS of a provider (RFC 8461 §3.3), by HTTPS at its MX address. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { LabNetwork } from '#lab/network';
import type { TlsIdentity } from '#servers/net/tls-context';
import type { Provider } from './rule.ts';

export interface PolicyHost {
  readonly provider: Provider;
  readonly network: Pick<LabNetwork, 'addressOf' | 'localPort'>;
  readonly identity: { readonly current: TlsIdentity };
}

const PATH = '/.well-known/mta-sts.txt';
/** A week, in seconds: what RFC 8461 §3.2 has as its example. */
const MAX_AGE = 604_800;
const PATIENCE = 10_000;
const CONNECTIONS = 50;

export async function servePolicy({
  provider,
  network,
  identity,
}: PolicyHost): Promise<AsyncDisposable> {
  const policy = [
    'version: STSv1',
    'mode: enforce',
    `mx: ${provider.mx}`,
    `max_age: ${MAX_AGE}`,
    '',
  ].join('\r\n');
  const server = createServer(
    {
      // who names no host has no business here
      SNICallback: (_name, give) => give(null, identity.current.context),
      headersTimeout: PATIENCE,
      requestTimeout: PATIENCE,
      handshakeTimeout: PATIENCE,
    },
    (request, response) => {
      const found = request.method === 'GET' && request.url === PATH;
      response
        .writeHead(found ? 200 : 404, { 'content-type': 'text/plain', connection: 'close' })
        .end(found ? policy : 'not found\r\n');
    },
  );
  server.maxConnections = CONNECTIONS;
  server.on('tlsClientError', () => {});
  server.listen(network.localPort(443), network.addressOf(provider.mx));
  await once(server, 'listening');
  return {
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
