/**
 * Sends the reports of yesterday to each domain that asks for them, TLS reports (RFC 8460) and those of DMARC (RFC 9990) alike. One node does
 * it; each domain is done in the transaction that queues its report, so that a process that ends goes on where it was and sends none twice
 * (docs/decisions/0034).
 */
import type { Clock } from '#clock';
import type { Event } from '#events';
import type { Log } from '#log';
import { ownDomain, ownStatements, type OwnMessage } from '#mail/submit/own-message';
import type { Resolver } from '#protocol/dns/resolver';
import type { Store } from '#store/database/open';
import type { Directory } from '#store/directory/directory';
import { listDomains } from '#store/directory/domains';
import { destinationsOf, type DestinationKey } from '#store/queue/enqueue';
import {
  aloneForReports,
  endReportDay,
  forgetReportDays,
  reportDay,
  reportedUpTo,
  type ReportKind,
} from '#store/reports/report-days';
import { dayOf } from '#store/tls-policy/sessions';

export interface DailyReportOptions {
  readonly store: Store;
  readonly directory: Directory;
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly log: Log;
  readonly hostname: string;
  /** How long delivery is tried. Milliseconds. */
  readonly queueLifetime: number;
  /** Called after the commit. */
  readonly queued: (destinations: readonly DestinationKey[], events: readonly Event[]) => void;
}

export interface Round {
  readonly day: string;
  /** Calendar milliseconds; the end is the last second of the day. */
  readonly start: number;
  readonly end: number;
  /** The domain in whose name reports go, and whose keys sign. */
  readonly submitter: string;
  /** Domains whose mail stays here. */
  readonly here: ReadonlySet<string>;
}

/** What becomes of a domain: a report as mail, one that went another way, or none. */
export type DomainReport = Omit<OwnMessage, 'domain'> | 'sent' | 'none';

export interface DailyReports {
  readonly kind: ReportKind;
  /** That may want a report of the day, in order from behind one on. */
  readonly domains: (day: string, behind: string, limit: number) => Promise<readonly string[]>;
  readonly report: (domain: string, round: Round, signal: AbortSignal) => Promise<DomainReport>;
}

const DAY = 86_400_000;
const DOMAINS_AT_ONCE = 100;
/** Reports of a day that are not out by then are out of date. */
const DAYS_KEPT = 7;

/** @returns how many reports went out; undefined where another node is at it, or the day is done */
export async function sendDailyReports(
  options: DailyReportOptions,
  reports: DailyReports,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { store, clock } = options;
  const now = clock.now();
  const day = dayOf(now - DAY);
  const start = Date.parse(day);
  let sent: number | undefined;
  await aloneForReports(reports.kind, store.connection, async () => {
    const standing = await reportDay(store.pool, reports.kind, day);
    if (standing.kind === 'done') return;
    const here = (await listDomains(store.pool)).map(({ name }) => name);
    const submitter = ownDomain(options.hostname, here);
    if (submitter !== undefined) {
      const round = { day, start, end: start + DAY - 1000, submitter, here: new Set(here) };
      sent = await sendAll(options, reports, round, standing.behind, signal);
    }
    if (signal.aborted) return;
    await endReportDay(store.pool, reports.kind, day, now);
    await forgetReportDays(store.pool, reports.kind, dayOf(now - DAYS_KEPT * DAY));
  });
  return sent;
}

/** A recipient elsewhere, or here where its domain is. */
export function recipientIn(
  { here }: Round,
  forwardPath: string,
  domain: string,
): OwnMessage['recipients'][number] {
  return { forwardPath, domain: here.has(domain) ? '' : domain };
}

async function sendAll(
  options: DailyReportOptions,
  reports: DailyReports,
  round: Round,
  behind: string,
  signal: AbortSignal,
): Promise<number> {
  let sent = 0;
  for (let at = behind; !signal.aborted;) {
    const domains = await reports.domains(round.day, at, DOMAINS_AT_ONCE);
    if (domains.length === 0) break;
    for (const domain of domains) {
      if (signal.aborted) break;
      const report = await reports.report(domain, round, signal);
      // what was broken off has no answer, and is no answer
      if (report === 'none' && signal.aborted) break;
      await conclude(options, reports.kind, round, domain, report);
      if (report !== 'none') sent++;
      at = domain;
    }
  }
  options.log.info(`${reports.kind}-reports.sent`, { day: round.day, reports: sent });
  return sent;
}

async function conclude(
  options: DailyReportOptions,
  kind: ReportKind,
  { day, submitter }: Round,
  domain: string,
  report: DomainReport,
): Promise<void> {
  const { writer } = options.store;
  const done = reportedUpTo(kind, day, domain);
  if (typeof report === 'string') {
    await writer.run({ accounts: [], order: '', bytes: 0, statements: [done] });
    return;
  }
  const own = await ownStatements(options, { ...report, domain: submitter });
  const stored = await writer.run({
    accounts: [],
    order: own.order,
    bytes: own.bytes,
    statements: [...own.statements, done],
  });
  options.queued(destinationsOf(stored), own.events);
}
