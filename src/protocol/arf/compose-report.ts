/**
 * A feedback report as mail (RFC 5965 §2): a multipart/report of a text for people, the report for programs, and the message it is about. Pure.
 * The practice Internet's providers report by it.
 */
import { concat, utf8 } from '#bytes';
import { originalPart, type OriginalContent } from '#protocol/dsn/original-part';
import { mailHead } from '#protocol/message/letter-head';
import { formatFeedbackReport } from './format-report.ts';
import type { FeedbackReport } from './report.ts';

export interface FeedbackMail {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  /** Without angle brackets. */
  readonly messageId: string;
  /** Calendar milliseconds. */
  readonly now: number;
  /** For people; lines without their ends. */
  readonly lines: readonly string[];
  readonly report: FeedbackReport;
  readonly original: OriginalContent;
  /** Letters and digits that do not occur in what it parts. */
  readonly boundary: string;
}

export function composeFeedbackMail(mail: FeedbackMail): Uint8Array {
  const { boundary } = mail;
  const original = originalPart(mail.original, '8bit');
  const head = [
    ...mailHead(mail),
    'Auto-Submitted: auto-generated',
    `Content-Type: multipart/report; report-type=feedback-report;\r\n boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    ...mail.lines,
    '',
    `--${boundary}`,
    'Content-Type: message/feedback-report',
    '',
    '',
  ];
  return concat([
    utf8(head.join('\r\n')),
    formatFeedbackReport(mail.report),
    utf8(['', `--${boundary}`, ...original.fields, '', ''].join('\r\n')),
    original.content,
    utf8(`\r\n--${boundary}--\r\n`),
  ]);
}
