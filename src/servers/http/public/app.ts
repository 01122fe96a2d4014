/** What both public listeners are made of: an HTTP server that says nothing about itself and bounds what it reads. */
import { createServer, type Server } from 'node:http';
import { fastify, type FastifyInstance } from 'fastify';
import type { Log } from '#log';
import { PUBLIC_LIMITS } from './limits.ts';

export interface PublicApp {
  readonly app: FastifyInstance;
  /** Takes connections, and does not listen. */
  readonly server: Server;
}

export function publicApp(log: Log): PublicApp {
  let server: Server | undefined;
  const app = fastify({
    bodyLimit: PUBLIC_LIMITS.bodyOctets,
    // programs write /Autodiscover/Autodiscover.xml as they like
    routerOptions: { caseSensitive: false, ignoreTrailingSlash: true, maxParamLength: 600 },
    serverFactory(handler) {
      server = createServer({ maxHeaderSize: PUBLIC_LIMITS.headerOctets }, handler);
      return server;
    },
  });
  app.addHook('onRequest', async (_, reply) => {
    reply.headers({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  app.setNotFoundHandler((_, reply) => reply.code(404).type('text/plain').send('not found\n'));
  app.setErrorHandler((error: Error & { statusCode?: number }, _, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error('http.failed', { error: error.message, stack: error.stack });
    const said = status >= 500 ? 'this server failed' : 'bad request';
    return reply.code(status).type('text/plain').send(`${said}\n`);
  });
  return { app, server: server! };
}
