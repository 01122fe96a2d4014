/** What a report says to people, beside the report itself; in English, which any postmaster reads. */
import { passed, type DmarcAggregateReport } from '#protocol/dmarc-report/report';
import type { ReportedPolicy } from '#protocol/tlsrpt/report';

export function reportLines(
  submitter: string,
  domain: string,
  day: string,
  policies: readonly ReportedPolicy[],
): string[] {
  const successful = policies.reduce((sum, policy) => sum + policy.successful, 0);
  const failed = policies.reduce((sum, policy) => sum + policy.failed, 0);
  return [
    `This is a report on TLS of SMTP sessions (RFC 8460) from ${submitter} to ${domain} on ${day} (UTC).`,
    '',
    `${successful} sessions went as your policies have it, ${failed} did not.`,
    ...policies.flatMap(({ failures }) =>
      failures
        .slice(0, 20)
        .map(({ resultType, mxHost, sessions }) => `  ${resultType} ${mxHost || '-'}: ${sessions}`),
    ),
    '',
    'The attachment has all of it for programs. You get it because of the record',
    `_smtp._tls.${domain} in your DNS.`,
  ];
}

export function dmarcReportLines(report: DmarcAggregateReport, day: string): string[] {
  const { organization, policy, rows } = report;
  const sum = (some: DmarcAggregateReport['rows']): number =>
    some.reduce((total, { messages }) => total + messages, 0);
  const failed = rows.filter((row) => !passed(row));
  return [
    `This is a DMARC aggregate report (RFC 9990) from ${organization} on mail in the name of`,
    `${policy.domain} that came to it on ${day} (UTC).`,
    '',
    `${sum(rows)} messages came, ${sum(failed)} of them did not pass DMARC.`,
    ...failed
      .slice(0, 20)
      .map(({ sourceIp, headerFrom, messages }) => `  ${sourceIp} as ${headerFrom}: ${messages}`),
    '',
    'The attachment has all of it for programs. You get it because of the record',
    `_dmarc.${policy.domain} in your DNS.`,
  ];
}
