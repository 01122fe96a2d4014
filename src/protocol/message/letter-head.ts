/** The header of a letter of the server's own in plain text (RFC 5322, RFC 3834 §5): of the doctor, and of alerts. Pure. */
import { formatDate } from './header/date.ts';
import { encodeUnstructured } from './header/encoded-word.ts';

export interface LetterHead {
  /** Addresses as they stand in a field. */
  readonly from: string;
  readonly to: string;
  /** Text; encoded where it has to be (RFC 2047). */
  readonly subject: string;
  /** Calendar milliseconds. */
  readonly now: number;
  /** Without its brackets. */
  readonly messageId: string;
}

/** Lines without their ends, the empty one before the body last. */
export function letterHead({ from, to, subject, now, messageId }: LetterHead): string[] {
  return [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${encodeUnstructured(subject, 'Subject: '.length)}`,
    `Date: ${formatDate(now)}`,
    `Message-ID: <${messageId}>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    'Auto-Submitted: auto-generated',
    '',
  ];
}
