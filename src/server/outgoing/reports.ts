/** Reports: those of yesterday go out once a day, those that come in are read. */
import { createHash } from 'node:crypto';
import { httpsPost } from '#clients/https/post';
import { isPublicAddress } from '#clients/https/public-address';
import { tcpDialer, type Dialer } from '#clients/smtp/dial';
import type { Clock } from '#clock';
import type { Config } from '#config';
import type { Log } from '#log';
import type { DnsPlan } from '#mail/dns-plan/record';
import { DmarcLedger } from '#mail/reports/dmarc-ledger';
import { ownSources } from '#mail/reports/advise-on-reports';
import { sendDmarcReports } from '#mail/reports/send-dmarc-reports';
import { sendTlsReports, type TlsReportOptions } from '#mail/reports/send-tls-reports';
import { takeInReports } from '#mail/reports/take-in-reports';
import { forgetDmarcReports } from '#store/reports/dmarc-reports';
import { forgetTlsReports } from '#store/reports/tls-reports';
import { keepRounds } from '#server/rounds';
import type { Pool } from '#store/database/open';

export interface ReportParts extends Omit<TlsReportOptions, 'post' | 'hostname' | 'queueLifetime'> {
  readonly config: Config;
  /** Undefined where the domain is not here. */
  readonly plan: (domain: string) => Promise<DnsPlan | undefined>;
  /** A network of its own: there every address may be reached. */
  readonly dialer?: Dialer | undefined;
  /** PEM, instead of the system's roots. */
  readonly trustedRoots?: readonly string[] | undefined;
}

const LOOK_EVERY = 5 * 60 * 1000;
const DAY = 86_400_000;
/** RFC 8460 §4.1: not all at midnight. */
const SPREAD = 4 * 60 * 60 * 1000;
const POST = { mediaType: 'application/tlsrpt+gzip', maxOctets: 64 * 1024, timeoutMs: 60_000 };

export function startReports(
  { config, dialer, trustedRoots, plan, ...parts }: ReportParts,
  stack: AsyncDisposableStack,
): void {
  const { store, clock, log, resolver } = parts;
  const { hostname } = config;
  const reaching = {
    ...POST,
    resolver,
    dialer: dialer ?? tcpDialer,
    mayReach: dialer === undefined ? isPublicAddress : () => true,
    ...(trustedRoots && { ca: trustedRoots }),
  };
  const optionsUntil = (signal: AbortSignal): TlsReportOptions => ({
    ...parts,
    hostname,
    queueLifetime: config['queue.lifetime'],
    post: async (url, compressed) => {
      const sent = await httpsPost(url.hostname, url.pathname + url.search, compressed, {
        ...reaching,
        signal,
      });
      if (sent.kind === 'failed')
        log.info('tls-report.not-taken', { url: url.href, reason: sent.reason });
      return sent.kind === 'body';
    },
  });
  const keep = (name: string, round: (signal: AbortSignal) => Promise<unknown>): void =>
    keepRounds(
      {
        clock,
        every: LOOK_EVERY,
        round: async (signal) => void (await round(signal)),
        failed({ message }, stopping) {
          if (!stopping) log.warn('reports.failed', { what: name, error: message });
        },
      },
      stack,
    );
  // apart, so that what one cannot do does not keep the others from their work
  keep('intake', async (signal) => {
    await takeInReports(store, log, signal, async (domain) => ownSources(await plan(domain)));
    const before = clock.now() - config['retention.events'];
    await forgetTlsReports(store.pool, before);
    await forgetDmarcReports(store.pool, before);
  });
  const isTime = (): boolean => clock.now() % DAY >= offsetOf(hostname);
  if (config['reports.tls'])
    keep('tls', async (signal) => isTime() && sendTlsReports(optionsUntil(signal), signal));
  if (config['reports.dmarc'])
    keep('dmarc', async (signal) => isTime() && sendDmarcReports(optionsUntil(signal), signal));
}

/** What is counted for the reports of tomorrow; undefined where none are sent. */
export function startDmarcLedger(
  {
    config,
    ...options
  }: { readonly config: Config; readonly pool: Pool; readonly clock: Clock; readonly log: Log },
  stack: AsyncDisposableStack,
): DmarcLedger | undefined {
  return config['reports.dmarc'] ? stack.use(new DmarcLedger(options)) : undefined;
}

/** Milliseconds after midnight of UTC, another for each host. */
function offsetOf(hostname: string): number {
  return createHash('sha256').update(hostname).digest().readUInt32BE(0) % SPREAD;
}
