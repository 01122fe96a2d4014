/**
 * Health, metrics and landing page of a server that is several processes: asked here, answered by them. It is ready while one of them is,
 * and the figures of all are added up.
 */
import { AggregatorRegistry, Counter, Gauge, Registry } from 'prom-client';
import type { Log } from '#log';
import { listenHere, localApp, type HttpFailure, type HttpPlace } from './local-app.ts';
import type { Answer } from './start.ts';

/** One of the processes, up or not. */
export interface AskedWorker {
  readonly number: number;
  /** Undefined: it is not up, or did not answer in time. */
  ask(path: string, headers: Readonly<Record<string, string>>): Promise<Answer | undefined>;
  figures(): Promise<readonly object[] | undefined>;
}

export interface SupervisedHttpOptions extends HttpPlace {
  readonly names: readonly string[];
  readonly hostname: string;
  readonly log: Log;
  readonly workers: readonly AskedWorker[];
  /** Processes that were started since this one was. */
  readonly starts: () => number;
  /** Calendar seconds at which this process was started. */
  readonly startedAt: number;
}

export interface SupervisedHttp {
  readonly kind: 'running';
  readonly port: number;
  stop(): Promise<void>;
}

export async function startSupervisedHttp(
  options: SupervisedHttpOptions,
): Promise<SupervisedHttp | HttpFailure> {
  const { hostname, log, workers } = options;
  const app = localApp(log, () => hostname, options.names);
  let up = 0;
  const own = ownMetrics(options, () => up);

  app.get('/health/live', () => ({ status: 'live' }));
  app.get('/health/ready', async (_, reply) => {
    const looked = await Promise.all(
      workers.map(async (worker) => {
        const answer = await worker.ask('/health/ready', HERE);
        const { status, checks } = (
          answer === undefined ? DOWN : JSON.parse(answer.body)
        ) as typeof DOWN;
        return { worker: worker.number, status, checks };
      }),
    );
    const ready = looked.some(({ status }) => status === 'ready');
    return reply
      .code(ready ? 200 : 503)
      .send({ status: ready ? 'ready' : 'not-ready', workers: looked });
  });
  app.get('/metrics', async (_, reply) => {
    const all = await Promise.all(workers.map((worker) => worker.figures()));
    const there = all.filter((figures) => figures !== undefined);
    up = there.length;
    const sum = AggregatorRegistry.aggregate(there);
    reply.type(sum.contentType);
    return `${await sum.metrics()}\n${await own.metrics()}`;
  });
  app.get('/', async (request, reply) => {
    const { 'accept-language': languages = '' } = request.headers;
    for (const worker of workers) {
      const answer = await worker.ask(request.url, { ...HERE, 'accept-language': languages });
      if (answer === undefined || answer.status !== 200) continue;
      return reply.type(answer.type).header('vary', 'accept-language').send(answer.body);
    }
    return reply.code(503).send({ status: 'not-ready' });
  });

  const listening = await listenHere(app, options);
  if (listening.kind === 'failed') return listening;
  return { kind: 'running', port: listening.port, stop: () => app.close() };
}

const HERE = { host: 'localhost' } as const;
const DOWN = { status: 'not-ready', checks: [] as unknown[] };

/** What only this process knows. */
export function ownMetrics(
  { starts, startedAt }: Pick<SupervisedHttpOptions, 'starts' | 'startedAt'>,
  up: () => number,
): Registry {
  const registry = new Registry();
  const gauge = (name: string, help: string, value: () => number): void =>
    registry.registerMetric(
      new Gauge({
        name: `hikyaku_${name}`,
        help,
        registers: [],
        collect() {
          this.set(value());
        },
      }),
    );
  // left out where processes are added up
  gauge('process_start_time_seconds', 'When the server was started.', () => startedAt);
  gauge('workers', 'Processes of this server that answer.', up);
  registry.registerMetric(
    new Counter({
      name: 'hikyaku_worker_starts_total',
      help: 'Processes that were started, the first of each included.',
      registers: [],
      collect() {
        this.reset();
        this.inc(starts());
      },
    }),
  );
  return registry;
}
