/** What every HTTP listener for this machine alone has in common: which requests it takes at all, and how it says that it failed. */
import type { AddressInfo } from 'node:net';
import { fastify, type FastifyInstance } from 'fastify';
import type { Log } from '#log';
import { isOwnHost } from './host-check.ts';
import { CONTENT_SECURITY_POLICY } from './landing-page.ts';

export interface HttpPlace {
  readonly address: string;
  /** 0 lets the system choose; undefined: nobody listens. */
  readonly port: number | undefined;
}

export interface HttpFailure {
  readonly kind: 'failed';
  readonly message: string;
  readonly remedy: string;
}

/** No request here has a body. */
const BODY_OCTETS = 1024;
/** A request arrives within this, or its connection is closed. Milliseconds. */
const REQUEST_TIME = 10_000;

/**
 * An application without routes.
 * @param names by which it is called besides its address and its host name
 */
export function localApp(
  log: Log,
  hostname: () => string | undefined,
  names: readonly string[] | undefined,
): FastifyInstance {
  const app = fastify({
    bodyLimit: BODY_OCTETS,
    requestTimeout: REQUEST_TIME,
    forceCloseConnections: true,
  });
  guard(app, hostname, names);
  answerErrors(app, log);
  return app;
}

export type Listening = { readonly kind: 'listening'; readonly port: number };

/** Opens the listener of an application, or nothing where it has no port; on failure the application is closed. */
export async function listenHere(
  app: FastifyInstance,
  place: HttpPlace,
): Promise<Listening | HttpFailure> {
  const { address, port } = place;
  if (port === undefined) {
    await app.ready();
    return { kind: 'listening', port: 0 };
  }
  try {
    await app.listen({ host: address, port });
  } catch (error) {
    await app.close();
    return listenFailure(address, port, error as NodeJS.ErrnoException);
  }
  return { kind: 'listening', port: (app.server.address() as AddressInfo).port };
}

/** Turns away requests meant for other hosts, and says to browsers what they must not do with an answer. */
function guard(
  app: FastifyInstance,
  hostname: () => string | undefined,
  names: readonly string[] = [],
): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    if (!isOwnHost(request.headers.host, hostname(), names)) {
      // RFC 9110 §15.5.20
      return reply.code(421).send({ error: 'this host does not answer for that name' });
    }
    return undefined;
  });
}

function answerErrors(app: FastifyInstance, log: Log): void {
  app.setNotFoundHandler((_, reply) => reply.code(404).send({ error: 'not found' }));
  app.setErrorHandler((error: Error & { statusCode?: number }, _, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error('http.failed', { error: error.message, stack: error.stack });
    return reply
      .code(status)
      .send({ error: status >= 500 ? 'this server failed; its log says how' : error.message });
  });
}

function listenFailure(
  address: string,
  port: number,
  { code, message }: NodeJS.ErrnoException,
): HttpFailure {
  const at = `${address} port ${port}`;
  if (code === 'EADDRINUSE') {
    return {
      kind: 'failed',
      message: `http.port: cannot listen on ${at}: another program does`,
      remedy: 'Stop it (is a Hikyaku running already?), or set HIKYAKU_HTTP_PORT to a free port.',
    };
  }
  return {
    kind: 'failed',
    message: `http.port: cannot listen on ${at}: ${message}`,
    remedy: 'Set http.address and http.port to what this host has and this user may use.',
  };
}
