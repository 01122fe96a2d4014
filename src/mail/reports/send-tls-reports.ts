/** The TLS reports of yesterday (RFC 8460): to each domain that mail went to and that asks for them. */
import { gzipSync } from 'node:zlib';
import { toAscii } from '#protocol/address/domain';
import { parseMailbox } from '#protocol/address/path';
import { txtText } from '#protocol/dns/resolver';
import { selectTlsrptRecord } from '#protocol/tlsrpt/record';
import { formatTlsReport } from '#protocol/tlsrpt/report';
import { composeReportMail } from '#protocol/tlsrpt/report-mail';
import { domainsOfDay, sessionsOf } from '#store/tls-policy/sessions';
import { reportedPolicies } from './build-tls-report.ts';
import {
  recipientIn,
  sendDailyReports,
  type DailyReportOptions,
  type DomainReport,
  type Round,
} from './daily-reports.ts';
import { reportLines } from './report-texts.ts';

export interface TlsReportOptions extends DailyReportOptions {
  /** Hands a report to an HTTPS address (RFC 8460 §5.4). @returns whether it was taken */
  readonly post: (url: URL, compressed: Uint8Array) => Promise<boolean>;
}

/** Kinds of sessions of a domain that are read. */
const MOST_KINDS = 5000;

/** @returns how many reports went out; undefined where another node is at it, or the day is done */
export function sendTlsReports(
  options: TlsReportOptions,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { pool } = options.store;
  return sendDailyReports(
    options,
    {
      kind: 'tls',
      domains: (day, behind, limit) => domainsOfDay(pool, day, behind, limit),
      report: async (domain, round) => {
        const to = await addressesOf(options, domain, signal);
        return to.length === 0 ? 'none' : reportTo(options, round, domain, to);
      },
    },
    signal,
  );
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

async function reportTo(
  options: TlsReportOptions,
  round: Round,
  domain: string,
  to: readonly string[],
): Promise<DomainReport> {
  const { store, clock, hostname } = options;
  const { day, start, end, submitter } = round;
  const id = store.newId();
  const reportId = `${id}@${hostname}`;
  const from = `postmaster@${submitter}`;
  const policies = reportedPolicies(await sessionsOf(store.pool, day, domain, MOST_KINDS));
  const report = { organizationName: submitter, start, end, contactInfo: from, reportId, policies };
  const compressed = gzipSync(formatTlsReport(report));
  const recipients = to.flatMap((uri) => recipientOf(uri, round));
  const urls = to.filter((uri) => uri.startsWith('https:') && URL.canParse(uri));
  // RFC 8460 §5.5: by HTTPS a report that is lost is lost
  await Promise.all(urls.map((url) => options.post(new URL(url), compressed)));
  if (recipients.length === 0) return urls.length > 0 ? 'sent' : 'none';
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
  return { id, content, recipients, tlsRequired: 'no' };
}

/** An address of mailto, without what may follow it (RFC 6068 §2). */
function recipientOf(uri: string, round: Round): ReturnType<typeof recipientIn>[] {
  if (!uri.startsWith('mailto:')) return [];
  let address: string;
  try {
    address = decodeURIComponent(uri.slice('mailto:'.length).split('?')[0]!);
  } catch {
    return [];
  }
  const mailbox = parseMailbox(address);
  const domain = mailbox && toAscii(mailbox.domain);
  return mailbox && domain !== undefined && domain !== ''
    ? [recipientIn(round, `${mailbox.localPart}@${domain}`, domain)]
    : [];
}
