/** A TLS report as mail (RFC 8460 §5.3): a multipart/report of a text for people and the report itself, compressed. Pure. */
import { utf8 } from '#bytes';
import { encodeUnstructured } from '#protocol/message/encoded-word';
import { formatDate } from '#protocol/message/date';

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
  const { policyDomain, submitter, boundary, reportId } = mail;
  const subject = `Report Domain: ${policyDomain} Submitter: ${submitter} Report-ID: <${reportId}>`;
  return utf8(
    [
      `From: ${mail.from}`,
      `To: ${mail.to.join(',\r\n ')}`,
      `Subject: ${encodeUnstructured(subject, 'Subject: '.length)}`,
      `Date: ${formatDate(mail.now)}`,
      `Message-ID: <${mail.messageId}>`,
      'MIME-Version: 1.0',
      `TLS-Report-Domain: ${policyDomain}`,
      `TLS-Report-Submitter: ${submitter}`,
      // RFC 8460 §5.3: a report on failures of TLS must not fail by them (RFC 8689 §5)
      'TLS-Required: No',
      'Auto-Submitted: auto-generated',
      `Content-Type: multipart/report; report-type="tlsrpt";\r\n boundary="${boundary}"`,
      '',
      `--${boundary}`,
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      ...mail.lines,
      '',
      `--${boundary}`,
      'Content-Type: application/tlsrpt+gzip',
      'Content-Transfer-Encoding: base64',
      `Content-Disposition: attachment;\r\n filename="${reportFileName(mail)}"`,
      '',
      ...base64Lines(mail.compressed),
      `--${boundary}--`,
      '',
    ].join('\r\n'),
  );
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

function base64Lines(bytes: Uint8Array): string[] {
  return (
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  );
}
