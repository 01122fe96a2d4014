/** A DMARC aggregate report as mail (RFC 9990 §3.5.2). Pure. */
import { composeReport, reportSubject, type ReportMail } from '#protocol/message/compose-report';
import type { DmarcAggregateReport } from './report.ts';

export interface DmarcReportMail extends Pick<
  ReportMail,
  'from' | 'to' | 'now' | 'lines' | 'boundary'
> {
  /** Who reports, in A-labels. */
  readonly submitter: string;
  readonly report: DmarcAggregateReport;
  /** Its XML, by gzip. */
  readonly compressed: Uint8Array;
}

export function composeDmarcReportMail(mail: DmarcReportMail): Uint8Array {
  const { submitter, report, compressed } = mail;
  const { reportId, policy } = report;
  return composeReport({
    ...mail,
    messageId: reportId,
    subject: reportSubject(policy.domain, submitter, reportId),
    fields: [],
    subtype: 'mixed',
    attachment: {
      mediaType: 'application/gzip',
      fileName: dmarcReportFileName(submitter, report),
      content: compressed,
    },
  });
}

/** RFC 9990 §3.5.2: receiver, policy domain, beginning and end in seconds; there is one report for each domain and day. */
export function dmarcReportFileName(
  submitter: string,
  { policy, begin, end }: Pick<DmarcAggregateReport, 'policy' | 'begin' | 'end'>,
): string {
  const seconds = [begin, end].map((at) => Math.floor(at / 1000)).join('!');
  return `${submitter}!${policy.domain}!${seconds}.xml.gz`;
}
