/**
 * The HTTP listener: health, metrics and the landing page. It answers from the moment it is started, so that a supervisor sees
 * «not ready» instead of nothing while the other parts come up. For this machine: no CORS, no cookies, nothing that changes anything
 * but the page by which readers leave a list, where no public listener has it.
 */
import type { Event } from '#events';
import type { Log } from '#log';
import type { LeavingDesk } from '#mail/unsubscribe/leave';
import { chooseLanguage } from '#protocol/http/accept-language';
import type { Store } from '#store/database/open';
import { landingPage, type Facts, type Language } from './landing-page.ts';
import { listenHere, localApp, type HttpFailure } from './local-app.ts';
import { createMetrics, type AbuseFigures, type ServedCertificate } from './metrics.ts';
import { addUnsubscribe } from './public/unsubscribe.ts';
import { ReadinessCheck } from './readiness.ts';

export interface HttpOptions {
  readonly address: string;
  /** 0 lets the system choose; undefined: another process listens, and asks. */
  readonly port: number | undefined;
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
  /** Undefined: readers leave lists elsewhere. */
  readonly leaving?: LeavingDesk | undefined;
}

export interface Answer {
  readonly status: number;
  /** Content-Type. */
  readonly type: string;
  readonly body: string;
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
  /** What a GET would be answered. */
  ask(path: string, headers: Readonly<Record<string, string>>): Promise<Answer>;
  /** The metrics as values, to be added to those of other processes. */
  figures(): Promise<readonly object[]>;
  stop(): Promise<void>;
}

export async function startHttp(options: HttpOptions): Promise<HttpServer | HttpFailure> {
  const { store, log, lang } = options;
  let facts: ServerFacts | undefined;
  const app = localApp(log, () => facts?.hostname, options.names);
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

  addUnsubscribe(app, { desk: () => facts?.leaving, lang });

  const listening = await listenHere(app, options);
  if (listening.kind === 'failed') return listening;
  return {
    kind: 'running',
    port: listening.port,
    ready(known) {
      facts = known;
    },
    unready() {
      facts = undefined;
    },
    countEvents: metrics.countEvents,
    async ask(path, asked) {
      const { statusCode, headers, body } = await app.inject({ url: path, headers: asked });
      return { status: statusCode, type: headers['content-type'] ?? '', body };
    },
    figures: () => metrics.registry.getMetricsAsJSON(),
    stop: () => app.close(),
  };
}
