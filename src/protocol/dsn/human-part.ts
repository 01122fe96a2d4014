/**
 * The first part of a notice (RFC 6522 §3): what happened in plain words, in one or several languages. Whatever
 * a peer or a header said is quoted as one printable line each, so that it can neither break the part nor
 * look like words of ours.
 */
import { formatDate } from '#protocol/message/header/date';
import { ACTIONS } from './delivery-status.ts';
import type { Action, RecipientStatus } from './delivery-status.ts';
import type { Language } from './language.ts';
import { statusWords } from './status.ts';
import { NOTICE_TEXTS } from './texts.ts';

/** What a notice says of one recipient: the fields of the report, and what only people are told. */
export interface NoticeRecipient extends RecipientStatus {
  /** How often delivery was tried. */
  readonly attempts?: number;
}

export interface HumanPartInput {
  readonly host: string;
  readonly arrivalDate: number;
  /** The original's subject, decoded. */
  readonly subject: string | undefined;
  readonly recipients: readonly NoticeRecipient[];
  readonly attached: 'message' | 'header';
  /** The whole message was wanted, but only its header is attached. */
  readonly contentLeftOut: boolean;
}

/** A notice names at most so many recipients in words; the report for programs has them all. */
const MAX_NAMED = 50;
const MAX_QUOTED = 1_000;
const WIDTH = 76;

/** The text with CRLF line ends; languages follow one another, the first is the author's. */
export function humanPart(input: HumanPartInput, languages: readonly Language[]): string {
  return languages
    .map((language) => inLanguage(input, language).join('\r\n'))
    .join(`\r\n\r\n${'-'.repeat(40)}\r\n\r\n`)
    .concat('\r\n');
}

/** The outcome that gives the notice its Subject: the worst. */
export function leadingAction(recipients: readonly RecipientStatus[]): Action {
  return ACTIONS.find((action) => recipients.some((r) => r.action === action)) ?? 'failed';
}

function inLanguage(input: HumanPartInput, language: Language): string[] {
  const texts = NOTICE_TEXTS[language];
  const { subject } = input;
  const sections = ACTIONS.flatMap((action) => section(action, input.recipients, language));
  return [
    ...wrap(texts.greeting(input.host), ''),
    '',
    ...(subject === undefined ? [] : wrap(`${texts.messageSubject}: ${quoted(subject)}`, '  ')),
    ...wrap(`${texts.messageDate}: ${formatDate(input.arrivalDate)}`, '  '),
    ...sections,
    '',
    ...wrap(texts.attached[input.attached], ''),
    ...(input.contentLeftOut ? wrap(texts.headerOnly, '') : []),
  ];
}

/** Nothing where no recipient had this outcome. */
function section(action: Action, all: readonly NoticeRecipient[], language: Language): string[] {
  const texts = NOTICE_TEXTS[language];
  const recipients = all.filter((recipient) => recipient.action === action);
  if (recipients.length === 0) return [];
  const until = recipients.find((r) => r.willRetryUntil !== undefined)?.willRetryUntil;
  const more = recipients.length - MAX_NAMED;
  return [
    '',
    texts.heading[action],
    '',
    ...recipients.slice(0, MAX_NAMED).flatMap((r) => recipientLines(r, language).concat('')),
    ...(more > 0 ? [`  (+${more})`, ''] : []),
    ...wrap(texts.next[action], ''),
    ...(until === undefined ? [] : wrap(texts.retryUntil(formatDate(until)), '')),
  ];
}

function recipientLines(recipient: NoticeRecipient, language: Language): string[] {
  const texts = NOTICE_TEXTS[language];
  const { finalRecipient, originalRecipient, action, status } = recipient;
  const address = quoted(finalRecipient.address);
  const original = originalRecipient && quoted(originalRecipient.address);
  const moved = original !== undefined && original.toLowerCase() !== address.toLowerCase();
  const lines = [`  ${address}${moved ? ` (${original})` : ''}`];
  const went = action === 'failed' || action === 'delayed';
  if (!went) return lines;
  const { meaning, advice } = statusWords(status, language);
  lines.push(
    ...wrap(`${texts.reason}: ${meaning} [${status}]`, '    '),
    ...answerLines(recipient, language),
  );
  if (recipient.lastAttempt !== undefined) {
    const attempts = recipient.attempts;
    const counted = attempts === undefined ? '' : ` (${texts.attempts(attempts)})`;
    const when = formatDate(recipient.lastAttempt);
    lines.push(...wrap(`${texts.lastAttempt}: ${when}${counted}`, '    '));
  }
  if (action === 'failed') lines.push(...wrap(`${texts.whatToDo}: ${advice}`, '    '));
  return lines;
}

function answerLines(recipient: NoticeRecipient, language: Language): string[] {
  const texts = NOTICE_TEXTS[language];
  const { remoteMta, diagnosticCode } = recipient;
  if (diagnosticCode === undefined) return [];
  const said = remoteMta === undefined ? texts.answer : texts.answerOf(quoted(remoteMta.value));
  // Only what a server said is of the type smtp; the rest is what we saw ourselves.
  const title = diagnosticCode.type === 'smtp' ? said : texts.detail;
  return [`    ${title}:`, ...wrap(quoted(diagnosticCode.value), '      > ')];
}

/** One printable line of what others wrote, of bounded length. */
function quoted(text: string): string {
  const line = text
    .toWellFormed()
    .replaceAll(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .trim();
  return line.length > MAX_QUOTED ? `${line.slice(0, MAX_QUOTED).toWellFormed()}…` : line;
}

/** Broken at spaces; text without spaces, as Japanese, is left whole. A word of any length keeps its line. */
function wrap(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > WIDTH) {
      lines.push(indent + line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, indent + line];
}
