/**
 * Metrics for Prometheus. Counters follow committed events (event-counters.ts); gauges are read when somebody asks. No label carries what
 * a stranger chooses: addresses, hosts and texts are in the event log, not here.
 */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Event } from '#events';
import type { Log } from '#log';
import { BUILT_IN_RULES } from '#mail/alerts/built-in';
import { countAlertsOn } from '#store/alerts/history';
import type { Store } from '#store/database/open';
import { STREAMS } from '#store/queue/enqueue';
import { queueFigures, type QueueFigures } from '#store/queue/figures';
import { eventCounters } from './event-counters.ts';

export interface Metrics {
  readonly registry: Registry;
  /** Called by whoever committed them. */
  readonly countEvents: (events: readonly Event[]) => void;
}

export interface MetricsOptions {
  readonly store: Store;
  readonly log: Log;
  readonly connections: { readonly smtp: () => number; readonly imap: () => number };
  readonly abuse: AbuseFigures;
  readonly certificates: () => readonly ServedCertificate[];
}

/** One that listeners show to who asks for its first name. */
export interface ServedCertificate {
  readonly name: string;
  /** Calendar milliseconds. */
  readonly notAfter: number;
}

export interface AbuseFigures {
  /** Bans that hold now. */
  readonly bans: () => number;
  /** Connections refused since the start, for bans and rates. */
  readonly refused: () => number;
}

/** Counting a queue of a million takes a fifth of a second: often enough for a scrape, not for every one. Milliseconds. */
const FIGURES_LAST = 10_000;

export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'hikyaku_' });
  for (const protocol of ['smtp', 'imap'] as const)
    registry.registerMetric(
      new Gauge({
        name: `hikyaku_${protocol}_connections`,
        help: `${protocol.toUpperCase()} connections open now.`,
        registers: [],
        collect() {
          this.set(options.connections[protocol]());
        },
      }),
    );
  addQueueGauges(registry, options);
  addAlertGauge(registry, options);
  addAbuseFigures(registry, options.abuse);
  addCertificateFigures(registry, options.certificates);
  return { registry, countEvents: eventCounters(registry) };
}

function addQueueGauges(registry: Registry, { store, log }: MetricsOptions): void {
  let figures: Promise<readonly QueueFigures[] | undefined> | undefined;
  let lookedAt = -Infinity;
  const look = async (): Promise<readonly QueueFigures[] | undefined> => {
    if (figures === undefined || store.clock.monotonic() - lookedAt > FIGURES_LAST) {
      lookedAt = store.clock.monotonic();
      figures = queueFigures(store.pool, store.clock.now()).catch((error: Error) => {
        log.warn('metrics.queue-unknown', { error: error.message });
        return undefined;
      });
    }
    return await figures;
  };
  const gauge = (name: string, help: string, value: (row: QueueFigures) => number): void => {
    const queue = new Gauge({
      name: `hikyaku_queue_${name}`,
      help,
      labelNames: ['stream'],
      // every process of a server knows the same
      aggregator: 'max',
      registers: [],
      async collect() {
        const rows = await look();
        this.reset();
        // not known is no figure, nothing there is one
        if (rows === undefined) return;
        for (const stream of STREAMS) this.set({ stream }, 0);
        for (const row of rows) this.set({ stream: row.stream }, value(row));
      },
    });
    registry.registerMetric(queue);
  };
  gauge('recipients', 'Recipients in the queue.', (row) => row.recipients);
  gauge('due', 'Recipients whose next attempt is due.', (row) => row.due);
  gauge('held', 'Recipients that wait for a release.', (row) => row.held);
  gauge('oldest_seconds', 'Age of the oldest message in the queue.', ({ oldestAt }) =>
    oldestAt === undefined ? 0 : Math.max(0, (store.clock.now() - oldestAt) / 1000),
  );
}

/** Named by rules, which only an operator makes. */
function addAlertGauge(registry: Registry, { store, log }: MetricsOptions): void {
  registry.registerMetric(
    new Gauge({
      name: 'hikyaku_alerts_firing',
      help: 'Alerts that are on, by rule.',
      labelNames: ['alert'],
      // every process of a server knows the same
      aggregator: 'max',
      registers: [],
      async collect() {
        const rows = await countAlertsOn(store.pool).catch((error: Error) => {
          log.warn('metrics.alerts-unknown', { error: error.message });
          return [];
        });
        this.reset();
        for (const name of BUILT_IN_RULES.keys()) this.set({ alert: name }, 0);
        for (const { rule, on } of rows) this.set({ alert: rule }, on);
      },
    }),
  );
}

function addAbuseFigures(registry: Registry, { bans, refused }: AbuseFigures): void {
  registry.registerMetric(
    new Gauge({
      name: 'hikyaku_bans',
      help: 'Addresses and networks that are banned now.',
      aggregator: 'max',
      registers: [],
      collect() {
        this.set(bans());
      },
    }),
  );
  registry.registerMetric(
    new Counter({
      name: 'hikyaku_connections_refused_total',
      help: 'Connections refused for a ban or a rate.',
      registers: [],
      collect() {
        this.reset();
        this.inc(refused());
      },
    }),
  );
}

function addCertificateFigures(
  registry: Registry,
  certificates: MetricsOptions['certificates'],
): void {
  registry.registerMetric(
    new Gauge({
      name: 'hikyaku_certificate_expires_timestamp_seconds',
      help: 'When a certificate that is shown ends, by its first name.',
      labelNames: ['name'],
      aggregator: 'min',
      registers: [],
      collect() {
        this.reset();
        for (const { name, notAfter } of certificates()) this.set({ name }, notAfter / 1000);
      },
    }),
  );
}
