/** A TLS report as mail (RFC 8460 §5.3): a multipart/report of a text for people and the report itself, compressed. Pure. */
import { composeReport, reportSubject } from '#protocol/message/compose-report';

export interface ReportMail {
  /** The domain that is reported to, in A-labels. */
  readonly policyDomain: string;
  /** Who reports, in A-labels. */
  readonly submitter: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly messageId: string;
  readonly reportId: string;
  /** Calendar milliseconds. */
  readonly now: number;
  readonly start: number;
  readonly end: number;
  /** For people; lines without their ends. */
  readonly lines: readonly string[];
  /** The JSON, by gzip. */
  readonly compressed: Uint8Array;
  /** Letters and digits that do not occur in what it parts. */
  readonly boundary: string;
}

export function composeReportMail(mail: ReportMail): Uint8Array {
  const { policyDomain, submitter, reportId } = mail;
  return composeReport({
    ...mail,
    subject: reportSubject(policyDomain, submitter, reportId),
    fields: [
      `TLS-Report-Domain: ${policyDomain}`,
      `TLS-Report-Submitter: ${submitter}`,
      // RFC 8460 §5.3: a report on failures of TLS must not fail by them (RFC 8689 §5)
      'TLS-Required: No',
    ],
    subtype: 'report; report-type="tlsrpt"',
    attachment: {
      mediaType: 'application/tlsrpt+gzip',
      fileName: reportFileName(mail),
      content: mail.compressed,
    },
  });
}

/** RFC 8460 §5.1: sender, policy domain, beginning and end in seconds, and what makes it unique. */
export function reportFileName({
  submitter,
  policyDomain,
  start,
  end,
  reportId,
}: Pick<ReportMail, 'submitter' | 'policyDomain' | 'start' | 'end' | 'reportId'>): string {
  const seconds = [start, end].map((at) => Math.floor(at / 1000)).join('!');
  return `${submitter}!${policyDomain}!${seconds}!${reportId.replaceAll(/[^A-Za-z0-9_.-]/g, '')}.json.gz`;
}
