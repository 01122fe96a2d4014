/** The header of mail that the server writes itself (RFC 5322): of letters in plain text, as the doctor and alerts send them, and of reports. Pure. */
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

/** What any mail begins with: lines without their ends, to be followed by what says how it is made. */
export function mailHead({ from, to, subject, now, messageId }: LetterHead): string[] {
  return [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${encodeUnstructured(subject, 'Subject: '.length)}`,
    `Date: ${formatDate(now)}`,
    `Message-ID: <${messageId}>`,
    'MIME-Version: 1.0',
  ];
}

/** Of a letter in plain text (RFC 3834 §5), the empty line before the body last. */
export function letterHead(letter: LetterHead): string[] {
  return [
    ...mailHead(letter),
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    'Auto-Submitted: auto-generated',
    '',
  ];
}
