/**
 * The failure in the words of a notice, or of a reply: codes, and the lines that tell why. Ends where the message that failed begins. Linear;
 * only so many lines are looked at.
 */
import { classifyBounce, type Failure } from './reasons.ts';
import { WORDS } from './words.ts';

const MAX_TEXT = 64 * 1024;
const MAX_LINES = 400;
const MAX_LINE = 1000;
/** Of the words that are kept: what a person reads. */
const MAX_KEPT = 600;

/** Undefined: it names neither a code nor a reason. */
export function failureInText(text: string): Failure | undefined {
  const lines = linesOf(text);
  const telling = lines.filter(isTelling);
  if (telling.length === 0) return undefined;
  const told = telling.join(' ').slice(0, MAX_KEPT * 4);
  const code = /(?:^|[^\d.])([45][0-5]\d)(?=[ \-:;,.)]|$)/.exec(told)?.[1];
  return mildest(
    statusesIn(told).map((status) => ({
      status,
      code: code === undefined ? undefined : Number(code),
      text: told.slice(0, MAX_KEPT),
      afterContent: isAfterContent(lines),
    })),
  );
}

/** Of several failures that one address led to, what may be said of the address. */
export function mildest(failures: readonly Failure[]): Failure {
  return failures.find((failure) => classifyBounce(failure).class !== 'hard') ?? failures[0]!;
}

function isAfterContent(lines: readonly string[]): boolean {
  return lines.some((line) =>
    /end of data|after data command|to data command|>>> data\b/i.test(line),
  );
}

function linesOf(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.slice(0, MAX_TEXT).split('\n')) {
    const trimmed = line.slice(0, MAX_LINE).trim();
    const words = trimmed.toLowerCase();
    if (lines.length >= MAX_LINES || BACK.some((mark) => words.includes(mark))) break;
    if (trimmed !== '') lines.push(trimmed);
  }
  return lines;
}

/** What stands before the message that is brought back. */
const BACK = [
  'this line is a copy of the message',
  'this is a copy of the message',
  'this is a copy of your message',
  'copy of the original message',
  'original message follows',
  'original message headers',
  'message header follows',
  'unsent message follows',
  'undelivered message follows',
  'message text follows',
];

function isTelling(line: string): boolean {
  if (STATUS.test(line) || REPLY.test(line)) return true;
  const words = line.toLowerCase();
  return WORDS.some(([, phrases]) => phrases.some((phrase) => words.includes(phrase)));
}

/** RFC 3463 §2, with the subjects that there are; qmail writes `(#5.1.1)`. No part of an address or a version. */
const STATUS = /(?:^|[^\d.])([45]\.[0-7]\.\d{1,3})(?![\d.]*\d)/;
const REPLY = /(?:^|[\s:"'(<])[45][0-5]\d[ -]/;

/** At least one, which may be none; `5.0.0` says less than any other. */
function statusesIn(text: string): readonly (string | undefined)[] {
  const all = [...text.matchAll(new RegExp(STATUS, 'g'))].map(([, status]) => status!);
  const exact = all.filter((status) => !status.endsWith('.0.0'));
  if (exact.length > 0) return [...new Set(exact)];
  return [all[0]];
}
