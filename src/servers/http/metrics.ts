/**
 * Metrics for Prometheus. Counters follow committed events; gauges are read when somebody asks. No label carries what a stranger
 * chooses: addresses, hosts and texts are in the event log, not here.
 */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Event, EventType } from '#events';
import type { Log } from '#log';
import { BUILT_IN_RULES } from '#mail/alerts/built-in';
import type { Store } from '#store/open';
import { countAlertsOn } from '#store/alerts/history';
import { STREAMS } from '#store/queue/enqueue';
import { queueFigures, type QueueFigures } from '#store/queue/figures';

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

type Count = (event: Event) => void;

function eventCounters(registry: Registry): Metrics['countEvents'] {
  const counter = (name: string, help: string, labelNames: string[] = []): Counter =>
    new Counter({ name: `hikyaku_${name}_total`, help, labelNames, registers: [registry] });
  const events = counter('events', 'Events in the event log, by type.', ['type']);
  const received = counter('messages_received', 'Messages taken by the MX listener.', ['tls']);
  const submitted = counter('messages_submitted', 'Messages handed in by accounts.', ['channel']);
  const octets = counter('message_octets', 'Octets of the messages that came in.');
  const refused = counter('refusals', 'Commands and messages refused.', ['verb', 'code']);
  const attempts = counter('attempts', 'Recipients tried, by outcome and stage.', [
    'outcome',
    'stage',
  ]);
  const handshakes = counter(
    'tls_handshakes_failed',
    'TLS handshakes of clients that came to nothing, by listener.',
    ['listener'],
  );
  const outbound = counter(
    'tls_sessions_judged',
    'Sessions with other hosts that are held to a TLS policy or failed without one, by policy and result.',
    ['policy', 'result', 'delivers'],
  );
  const logins = counter('authentications', 'Logins, by result.', ['result']);
  const scans = counter('scans', 'Messages by what the content scanner said of them.', ['result']);
  const lessons = counter('scanner_lessons', 'Messages that the content scanner was taught.', [
    'class',
    'result',
  ]);
  const limited = counter('accounts_limited', 'Accounts that reached a limit of the day.', [
    'limit',
  ]);
  const banned = counter('bans_imposed', 'Bans, by reason.', ['reason']);
  const bounces = counter(
    'bounces',
    'Notices that bulk mail did not arrive, by what they say of the address.',
    ['class', 'reason'],
  );
  const suppressed = counter(
    'suppressions',
    'Addresses that bulk mail is not sent to from then on, by reason.',
    ['reason'],
  );
  const withheld = counter(
    'recipients_suppressed',
    'Recipients that bulk mail was not sent to, by reason.',
    ['reason'],
  );
  const notices = counter('notices', 'Notices to authors, by kind.', ['kind']);

  const attempted =
    (outcome: string): Count =>
    ({ public: fields }) =>
      attempts.inc({ outcome, stage: label(fields, 'stage') });
  const refusal: Count = ({ public: fields }) =>
    refused.inc({ verb: label(fields, 'verb'), code: label(fields, 'code') });
  const counts: Partial<Record<EventType, Count>> = {
    'message.received': ({ public: fields }) => {
      received.inc({ tls: label(fields, 'tls') });
      octets.inc(size(fields));
    },
    'message.submitted': ({ public: fields }) => {
      submitted.inc({ channel: label(fields, 'channel') });
      octets.inc(size(fields));
    },
    'message.judged': ({ public: fields }) => {
      const result = (fields as { results?: Record<string, string> }).results?.['content'];
      if (result !== undefined && result !== 'not-asked:off') scans.inc({ result });
    },
    'message.learned': ({ public: fields }) =>
      lessons.inc({ class: label(fields, 'class'), result: label(fields, 'result') }),
    'command.refused': refusal,
    'message.refused': refusal,
    'session.handshake-failed': ({ public: fields }) =>
      handshakes.inc({ listener: label(fields, 'listener') }),
    'attempt.tls': ({ public: fields }) =>
      outbound.inc({
        policy: label(fields, 'policy'),
        result: label(fields, 'result'),
        delivers: label(fields, 'delivers'),
      }),
    'attempt.delivered': attempted('delivered'),
    'attempt.deferred': attempted('deferred'),
    'attempt.failed': attempted('failed'),
    'session.authenticated': () => logins.inc({ result: 'authenticated' }),
    'session.authentication-failed': () => logins.inc({ result: 'failed' }),
    'session.authentication-slowed': () => logins.inc({ result: 'slowed' }),
    'account.limited': ({ public: fields }) => limited.inc({ limit: label(fields, 'limit') }),
    'address.banned': ({ public: fields }) => banned.inc({ reason: label(fields, 'reason') }),
    'recipient.bounced': ({ public: fields }) =>
      bounces.inc({ class: label(fields, 'class'), reason: label(fields, 'reason') }),
    'address.suppressed': ({ public: fields }) =>
      suppressed.inc({ reason: label(fields, 'reason') }),
    'recipient.suppressed': ({ public: fields }) =>
      withheld.inc({ reason: label(fields, 'reason') }),
    'notice.sent': ({ public: fields }) => notices.inc({ kind: label(fields, 'kind') }),
  };
  return (list) => {
    for (const one of list) {
      events.inc({ type: one.type });
      counts[one.type]?.(one);
    }
  };
}

function label(fields: object, name: string): string {
  const value = (fields as Record<string, string | number | null | undefined>)[name];
  return String(value ?? 'none');
}

function size(fields: object): number {
  return (fields as { size?: number }).size ?? 0;
}
