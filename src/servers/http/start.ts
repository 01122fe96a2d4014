/**
 * The HTTP listener: health, metrics and the landing page. It answers from the moment it is started, so that a supervisor sees
 * «not ready» instead of nothing while the other parts come up. For this machine: no CORS, no cookies, nothing that changes anything.
 */
import type { AddressInfo } from 'node:net';
import { fastify, type FastifyInstance } from 'fastify';
import type { Event } from '#events';
import type { Log } from '#log';
import type { Store } from '#store/open';
import { isOwnHost } from './host-check.ts';
import {
  chooseLanguage,
  CONTENT_SECURITY_POLICY,
  landingPage,
  type Facts,
  type Language,
} from './landing-page.ts';
import { createMetrics, type AbuseFigures, type ServedCertificate } from './metrics.ts';
import { ReadinessCheck } from './readiness.ts';

export interface HttpOptions {
  readonly address: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** By which it is called besides its address and its host name. */
  readonly names?: readonly string[];
  readonly store: Store;
  /** Of the landing page, where the reader asks for none. */
  readonly lang: Language;
  readonly log: Log;
}

/** What is known once every part is up. */
export interface ServerFacts extends Facts {
  /** Connections open now. */
  readonly connections: { readonly smtp: () => number; readonly imap: () => number };
  readonly abuse: AbuseFigures;
  readonly certificates: () => readonly ServedCertificate[];
}

export interface HttpServer {
  readonly kind: 'running';
  readonly port: number;
  /** From here on the server is ready. */
  ready(facts: ServerFacts): void;
  /** It is stopping. */
  unready(): void;
  /** Counts committed events. */
  countEvents(events: readonly Event[]): void;
  stop(): Promise<void>;
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

export async function startHttp(options: HttpOptions): Promise<HttpServer | HttpFailure> {
  const { store, log, lang } = options;
  let facts: ServerFacts | undefined;
  const app = fastify({
    bodyLimit: BODY_OCTETS,
    requestTimeout: REQUEST_TIME,
    forceCloseConnections: true,
  });
  const metrics = createMetrics({
    store,
    log,
    connections: {
      smtp: () => facts?.connections.smtp() ?? 0,
      imap: () => facts?.connections.imap() ?? 0,
    },
    abuse: {
      bans: () => facts?.abuse.bans() ?? 0,
      refused: () => facts?.abuse.refused() ?? 0,
    },
    certificates: () => facts?.certificates() ?? [],
  });
  const readiness = new ReadinessCheck(store, () => facts !== undefined);
  guard(app, () => facts?.hostname, options.names);
  answerErrors(app, log);

  app.get('/health/live', () => ({ status: 'live' }));
  app.get('/health/ready', async (_, reply) => {
    const { ready, checks } = await readiness.look();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not-ready', checks });
  });
  app.get('/metrics', async (_, reply) => {
    reply.type(metrics.registry.contentType);
    return metrics.registry.metrics();
  });
  app.get<{ Querystring: { lang?: string } }>('/', (request, reply) => {
    if (facts === undefined) return reply.code(503).send({ status: 'not-ready' });
    const { lang: asked } = request.query;
    const language = chooseLanguage(asked, request.headers['accept-language'], lang);
    return reply
      .type('text/html; charset=utf-8')
      .headers({ 'content-language': language, vary: 'accept-language' })
      .send(landingPage(facts, language));
  });

  try {
    await app.listen({ host: options.address, port: options.port });
  } catch (error) {
    await app.close();
    return listenFailure(options, error as NodeJS.ErrnoException);
  }
  return {
    kind: 'running',
    port: (app.server.address() as AddressInfo).port,
    ready(known) {
      facts = known;
    },
    unready() {
      facts = undefined;
    },
    countEvents: metrics.countEvents,
    stop: () => app.close(),
  };
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
  { address, port }: HttpOptions,
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
