/**
 * Sends the TLS reports of yesterday (RFC 8460): to each domain that mail went to and that asks for them. One node does it, some time after
 * midnight of UTC that differs from server to server (§4.1); each domain is done in the transaction that queues its report, so that a
 * process that ends goes on where it was and sends none twice.
 */
import { gzipSync } from 'node:zlib';
import type { Clock } from '#clock';
import type { Event } from '#events';
import type { Log } from '#log';
import { ownDomain, ownStatements } from '#mail/submit/own-message';
import { toAscii } from '#protocol/address/domain';
import { parseMailbox } from '#protocol/address/path';
import { txtText, type Resolver } from '#protocol/dns/resolver';
import { selectTlsrptRecord } from '#protocol/tlsrpt/record';
import { formatTlsReport } from '#protocol/tlsrpt/report';
import { composeReportMail } from '#protocol/tlsrpt/report-mail';
import type { Directory } from '#store/directory/directory';
import { listDomains } from '#store/directory/domains';
import type { Store } from '#store/open';
import { destinationsOf, type DestinationKey } from '#store/queue/enqueue';
import {
  aloneForReports,
  endReportDay,
  forgetReportDays,
  reportDay,
  reportedUpTo,
} from '#store/reports/tls-report-days';
import { dayOf, domainsOfDay, sessionsOf } from '#store/tls-policy/sessions';
import { reportedPolicies } from './build-tls-report.ts';
import { reportLines } from './report-texts.ts';

export interface TlsReportOptions {
  readonly store: Store;
  readonly directory: Directory;
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly log: Log;
  readonly hostname: string;
  /** How long delivery is tried. Milliseconds. */
  readonly queueLifetime: number;
  /** Hands a report to an HTTPS address (RFC 8460 §5.4). @returns whether it was taken */
  readonly post: (url: URL, compressed: Uint8Array) => Promise<boolean>;
  /** Called after the commit. */
  readonly queued: (destinations: readonly DestinationKey[], events: readonly Event[]) => void;
}

const DAY = 86_400_000;
/** Kinds of sessions of a domain that are read. */
const MOST_KINDS = 5000;
const DOMAINS_AT_ONCE = 100;
/** Reports of a day that are not out by then are out of date. */
const DAYS_KEPT = 7;

/** @returns how many reports went out; undefined where another node is at it, or the day is done */
export async function sendTlsReports(
  options: TlsReportOptions,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { store, clock } = options;
  const now = clock.now();
  const day = dayOf(now - DAY);
  let sent: number | undefined;
  await aloneForReports(store.connection, async () => {
    const standing = await reportDay(store.pool, day);
    if (standing.kind === 'done') return;
    const domains = (await listDomains(store.pool)).map(({ name }) => name);
    const submitter = ownDomain(options.hostname, domains);
    const round = submitter !== undefined && { day, submitter, here: new Set(domains) };
    if (round !== false) sent = await sendAll(options, round, standing.behind, signal);
    if (signal.aborted) return;
    await endReportDay(store.pool, day, now);
    await forgetReportDays(store.pool, dayOf(now - DAYS_KEPT * DAY));
  });
  return sent;
}

interface Round {
  readonly day: string;
  /** The domain in whose name reports go, and whose keys sign. */
  readonly submitter: string;
  /** Domains whose mail stays here. */
  readonly here: ReadonlySet<string>;
}

async function sendAll(
  options: TlsReportOptions,
  round: Round,
  behind: string,
  signal: AbortSignal,
): Promise<number> {
  const { store, log } = options;
  let sent = 0;
  for (let at = behind; !signal.aborted;) {
    const domains = await domainsOfDay(store.pool, round.day, at, DOMAINS_AT_ONCE);
    if (domains.length === 0) break;
    for (const domain of domains) {
      if (signal.aborted) break;
      const to = await addressesOf(options, domain, signal);
      if (to.length > 0) sent += await sendOne(options, round, domain, to);
      else await store.writer.run(alone([reportedUpTo(round.day, domain)]));
      at = domain;
    }
  }
  log.info('tls-reports.sent', { day: round.day, reports: sent });
  return sent;
}

/** Where the domain wants them (§3); none where it does not, or its record is broken. */
async function addressesOf(
  { resolver }: TlsReportOptions,
  domain: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const answer = await resolver.resolve(`_smtp._tls.${domain}`, 'TXT', { signal });
  if (answer.kind !== 'records') return [];
  const record = selectTlsrptRecord(answer.records.map(txtText));
  return record.kind === 'record' ? record.rua : [];
}

async function sendOne(
  options: TlsReportOptions,
  { day, submitter, here }: Round,
  domain: string,
  to: readonly string[],
): Promise<number> {
  const { store, clock, hostname, queued } = options;
  const start = Date.parse(day);
  const end = start + DAY - 1000;
  const id = store.newId();
  const reportId = `${id}@${hostname}`;
  const from = `postmaster@${submitter}`;
  const policies = reportedPolicies(await sessionsOf(store.pool, day, domain, MOST_KINDS));
  const report = { organizationName: submitter, start, end, contactInfo: from, reportId, policies };
  const compressed = gzipSync(formatTlsReport(report));
  const recipients = to.map((uri) => recipientOf(uri, here)).filter((one) => one !== undefined);
  const urls = to.filter((uri) => uri.startsWith('https:') && URL.canParse(uri));
  // RFC 8460 §5.5: by HTTPS a report that is lost is lost
  await Promise.all(urls.map((url) => options.post(new URL(url), compressed)));
  if (recipients.length === 0) {
    await store.writer.run(alone([reportedUpTo(day, domain)]));
    return urls.length > 0 ? 1 : 0;
  }
  const content = composeReportMail({
    policyDomain: domain,
    submitter,
    from,
    to: recipients.map(({ forwardPath }) => forwardPath),
    messageId: reportId,
    reportId,
    now: clock.now(),
    start,
    end,
    lines: reportLines(submitter, domain, day, policies),
    compressed,
    boundary: `report${id}`,
  });
  const own = await ownStatements(options, {
    id,
    content,
    domain: submitter,
    recipients,
    tlsRequired: 'no',
  });
  const stored = await store.writer.run({
    accounts: [],
    order: own.order,
    bytes: own.bytes,
    statements: [...own.statements, reportedUpTo(day, domain)],
  });
  queued(destinationsOf(stored), own.events);
  return 1;
}

/** An address of mailto, without what may follow it (RFC 6068 §2). */
function recipientOf(
  uri: string,
  here: ReadonlySet<string>,
): { readonly forwardPath: string; readonly domain: string } | undefined {
  if (!uri.startsWith('mailto:')) return undefined;
  let address: string;
  try {
    address = decodeURIComponent(uri.slice('mailto:'.length).split('?')[0]!);
  } catch {
    return undefined;
  }
  const mailbox = parseMailbox(address);
  const domain = mailbox && toAscii(mailbox.domain);
  return mailbox && domain !== undefined && domain !== ''
    ? { forwardPath: `${mailbox.localPart}@${domain}`, domain: here.has(domain) ? '' : domain }
    : undefined;
}

function alone(statements: readonly ReturnType<typeof reportedUpTo>[]) {
  return { accounts: [], order: '', bytes: 0, statements };
}
