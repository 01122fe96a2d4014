/** A report to another domain as mail: a text for people and the report itself, compressed, as an attachment. Pure. */
import { utf8 } from '#bytes';
import { mailHead } from './letter-head.ts';

export interface ReportMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  /** Calendar milliseconds. */
  readonly now: number;
  readonly messageId: string;
  /** Further fields of the header, without their ends. */
  readonly fields: readonly string[];
  /** Of multipart, with its parameters: `mixed`. */
  readonly subtype: string;
  /** For people; lines without their ends. */
  readonly lines: readonly string[];
  readonly attachment: {
    readonly mediaType: string;
    /** Without quotes and control characters. */
    readonly fileName: string;
    readonly content: Uint8Array;
  };
  /** Letters and digits that do not occur in what it parts. */
  readonly boundary: string;
}

export function composeReport(mail: ReportMail): Uint8Array {
  const { boundary, attachment } = mail;
  return utf8(
    [
      ...mailHead({ ...mail, to: mail.to.join(',\r\n ') }),
      ...mail.fields,
      'Auto-Submitted: auto-generated',
      `Content-Type: multipart/${mail.subtype};\r\n boundary="${boundary}"`,
      '',
      `--${boundary}`,
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      ...mail.lines,
      '',
      `--${boundary}`,
      `Content-Type: ${attachment.mediaType}`,
      'Content-Transfer-Encoding: base64',
      `Content-Disposition: attachment;\r\n filename="${attachment.fileName}"`,
      '',
      ...base64Lines(attachment.content),
      `--${boundary}--`,
      '',
    ].join('\r\n'),
  );
}

/** RFC 7489 §7.2.1.1, RFC 9990 §3.5.2 and RFC 8460 §5.3 have the same one. */
export function reportSubject(domain: string, submitter: string, reportId: string): string {
  return `Report Domain: ${domain} Submitter: ${submitter} Report-ID: <${reportId}>`;
}

function base64Lines(bytes: Uint8Array): string[] {
  return (
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  );
}
