/** The letter of the doctor to postmaster: what differs, in one language, as a message of ours. */
import { utf8 } from '#bytes';
import { say } from '#mail/story/phrase';
import { wrap } from '#mail/story/terminal-text';
import type { Language } from '#protocol/dsn/language';
import { letterHead } from '#protocol/message/letter-head';
import type { Change } from './difference.ts';
import { formatChange } from './format.ts';
import { countOf, type Result } from './result.ts';
import { WORDS } from './texts/frame.ts';

export interface LetterOptions {
  readonly language: Language;
  readonly hostname: string;
  /** `postmaster@example.org`: from and to. */
  readonly address: string;
  readonly messageId: string;
  /** Calendar milliseconds. */
  readonly now: number;
  /** When it began, as people read it. */
  readonly since: (result: Result) => string | undefined;
  readonly documentation: string;
}

/** RFC 5322 §2.1.1 wants 78; some for quoting. */
const COLUMNS = 72;

/** @param changes one at least */
export function composeLetter(
  changes: readonly Change[],
  results: readonly Result[],
  options: LetterOptions,
): Uint8Array {
  const { language, hostname, address, messageId, now, since, documentation } = options;
  const { fail, warn } = countOf(results);
  const counts = { hostname, fail: String(fail), warn: String(warn) };
  const subject = say(WORDS['letter-subject'], language, counts);
  const format = {
    language,
    hostname,
    columns: COLUMNS,
    style: (_: string, text: string) => text,
    since,
    documentation,
    showsEvidence: false,
    showsFamilies: false,
  };
  const lines = [
    ...letterHead({ from: address, to: address, subject, now, messageId }),
    ...wrap(say(WORDS['letter-intro'], language, { hostname }), COLUMNS),
    '',
    ...changes.flatMap((change) => [...formatChange(change, format), '']),
    ...wrap(say(WORDS['letter-end'], language, { id: changes[0]!.result.id }), COLUMNS),
    '',
  ];
  return utf8(lines.join('\r\n'));
}
