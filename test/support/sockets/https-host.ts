/** A web server over TLS on a loopback socket, whose answer a test can replace. */
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestCertificate } from '../certificates/self-signed.ts';

export interface HttpsHost extends AsyncDisposable {
  readonly port: number;
  /** What was asked for: `mta-sts.example.org/.well-known/mta-sts.txt`. */
  readonly asked: string[];
  answer: Answer;
}

export type Answer = string | ((request: IncomingMessage, response: ServerResponse) => void);

/** @param address on which to listen, and a port; one of the system's choice on 127.0.0.1 unless told */
export async function startHttpsHost(
  certificate: TestCertificate,
  answer: Answer,
  { address = '127.0.0.1', port = 0 }: { address?: string; port?: number } = {},
): Promise<HttpsHost> {
  const server = createServer({ key: certificate.key, cert: certificate.cert });
  const host: HttpsHost = {
    get port() {
      return (server.address() as AddressInfo).port;
    },
    asked: [],
    answer,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  server.on('request', (request, response) => {
    host.asked.push(`${request.headers.host}${request.url}`);
    if (typeof host.answer === 'function') host.answer(request, response);
    else response.writeHead(200, { 'content-type': 'text/plain' }).end(host.answer);
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  return host;
}
