/** The DMARC reports of yesterday (RFC 9990): to each domain in whose name mail came and that asks for them. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { formatDmarcReport } from '#protocol/dmarc-report/format';
import { reportDestinations } from '#protocol/dmarc-report/destinations';
import { composeDmarcReportMail } from '#protocol/dmarc-report/report-mail';
import type { DmarcAggregateReport } from '#protocol/dmarc-report/report';
import { recordLookup } from '#protocol/dmarc/record-lookup';
import { domainsSeen, seenOf } from '#store/reports/dmarc-seen';
import {
  recipientIn,
  sendDailyReports,
  type DailyReportOptions,
  type DomainReport,
  type Round,
} from './daily-reports.ts';
import { dmarcReportLines } from './report-texts.ts';

/** Rows of one report: some hundred kilobytes, compressed, at the most. */
const MOST_ROWS = 5_000;

const compress = promisify(gzip);

/** @returns how many reports went out; undefined where another node is at it, or the day is done */
export function sendDmarcReports(
  options: DailyReportOptions,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { pool } = options.store;
  return sendDailyReports(
    options,
    {
      kind: 'dmarc',
      domains: (day, behind, limit) => domainsSeen(pool, day, behind, limit),
      report: (domain, round) => reportTo(options, round, domain, signal),
    },
    signal,
  );
}

async function reportTo(
  options: DailyReportOptions,
  round: Round,
  domain: string,
  signal: AbortSignal,
): Promise<DomainReport> {
  const { store, clock, hostname, resolver } = options;
  // whither they go is asked when they go: whoever wants none any more gets none
  const asked = await recordLookup(resolver, { signal }, () => {})(domain);
  const rua = asked.kind === 'record' ? asked.record.rua : [];
  const destinations = await reportDestinations(domain, rua, { resolver, signal });
  const seen =
    destinations.length === 0 ? undefined : await seenOf(store.pool, round.day, domain, MOST_ROWS);
  if (seen === undefined) return 'none';
  const id = store.newId();
  const from = `postmaster@${round.submitter}`;
  const report: DmarcAggregateReport = {
    organization: round.submitter,
    email: from,
    extraContact: '',
    reportId: `${id}@${hostname}`,
    begin: round.start,
    end: round.end,
    errors: [],
    generator: 'Hikyaku',
    ...seen,
  };
  const compressed = await compress(formatDmarcReport(report));
  // as it is sent, in Base64
  const size = (compressed.length * 4) / 3;
  const to = destinations.filter(({ most }) => most === undefined || size <= most);
  if (to.length === 0) return 'none';
  const content = composeDmarcReportMail({
    from,
    to: to.map(({ address }) => address),
    now: clock.now(),
    lines: dmarcReportLines(report, round.day),
    boundary: `report${id}`,
    submitter: round.submitter,
    report,
    compressed,
  });
  return {
    id,
    content,
    recipients: to.map(({ address, domain: at }) => recipientIn(round, address, at)),
  };
}
