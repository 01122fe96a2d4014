/**
 * The web pages of the practice Internet, on one host of it, by HTTP and HTTPS: where the addresses in replies of providers lead. It answers to
 * the names of its sites, and to its plain address for browsers that know nothing of `.test`; to any other name it answers nothing.
 */
import { randomBytes } from 'node:crypto';
import { createServer as createPlain, type Server } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Log } from '#log';
import { chooseLanguage } from '#protocol/http/accept-language';
import { wordOf } from './asked.ts';
import { html } from './html.ts';
import { CONTENT_SECURITY_POLICY, document, speaker, type Page, type Reader } from './layout.ts';
import type { WebParts } from './parts.ts';
import { addRoutes } from './routes.ts';
import { callerOf, WEB_HOST } from './sites.ts';
import type { TextKey } from './texts.ts';
import { formTokens, type FormTokens } from './tokens.ts';

export interface LabWeb extends AsyncDisposable {
  /** For a browser outside the practice Internet: `http://127.20.6.80:8080/`. */
  readonly url: string;
}

const LIMITS = {
  bodyOctets: 4096,
  headerOctets: 16 * 1024,
  /** For a whole request. Milliseconds. */
  requestTime: 10_000,
  connections: 50,
} as const;

/** @throws EADDRINUSE, … from the system */
export async function startLabWeb(parts: WebParts): Promise<LabWeb> {
  const { network, identity } = parts;
  const address = network.addressOf(WEB_HOST);
  const tokens = formTokens(randomBytes(32));
  const settings = { maxHeaderSize: LIMITS.headerOctets, requestTimeout: LIMITS.requestTime };
  await using opened = new AsyncDisposableStack();
  const open = async (port: number, make: (handler: Handler) => Server): Promise<void> => {
    const app = webApp(parts, address, tokens, make);
    opened.defer(() => app.close());
    await app.listen({ host: address, port: network.localPort(port) });
  };
  await open(80, (handler) => createPlain(settings, handler));
  await open(443, (handler) => {
    const server = createSecure({ ...settings, ...identity, minVersion: 'TLSv1.2' }, handler);
    server.on('tlsClientError', () => {});
    return server;
  });
  const kept = opened.move();
  return {
    url: `http://${address}:${network.localPort(80)}/`,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

type Handler = Parameters<typeof createPlain>[1] & Parameters<typeof createSecure>[1];

function webApp(
  parts: WebParts,
  address: string,
  tokens: FormTokens,
  make: (handler: Handler) => Server,
): FastifyInstance {
  const app = fastify({
    bodyLimit: LIMITS.bodyOctets,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 600 },
    rewriteUrl({ url = '/', headers }) {
      const caller = callerOf(headers.host, address);
      return caller.kind === 'name' ? `/${caller.site}${url}` : url;
    },
    serverFactory(handler) {
      const server = make(handler as Handler);
      server.maxConnections = LIMITS.connections;
      return server;
    },
  });
  const readerOf = ({ headers, query, body }: FastifyRequest): Reader => ({
    caller: callerOf(headers.host, address),
    lang: chooseLanguage(
      wordOf(query, 'lang') ?? wordOf(body, 'lang'),
      headers['accept-language'],
      'en',
    ),
  });
  guard(app, address);
  readForms(app);
  answerErrors(app, readerOf, parts.log);
  addRoutes(app, { ...parts, tokens, readerOf, show });
  return app;
}

function guard(app: FastifyInstance, address: string): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
      vary: 'accept-language',
    });
    // RFC 9110 §15.5.20
    if (callerOf(request.headers.host, address).kind === 'foreign')
      return reply.code(421).type('text/plain').send('not here\n');
    return undefined;
  });
}

function readForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_, body, done) => done(null, Object.fromEntries(new URLSearchParams(body as string))),
  );
}

function answerErrors(
  app: FastifyInstance,
  readerOf: (request: FastifyRequest) => Reader,
  log: Log,
): void {
  const say = (request: FastifyRequest, reply: FastifyReply, status: number, text: TextKey) => {
    const reader = readerOf(request);
    const body = html`<p>${speaker(reader.lang)(text)}</p>`;
    return show(reply, { status, title: 'home', body }, reader);
  };
  app.setNotFoundHandler((request, reply) => say(request, reply, 404, 'nothingHere'));
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error('lab.web-failed', { error: error.message });
    return say(request, reply, status, status >= 500 ? 'failed' : 'badRequest');
  });
}

function show(reply: FastifyReply, page: Page, reader: Reader): FastifyReply {
  return reply.code(page.status).type('text/html; charset=utf-8').send(document(page, reader));
}
