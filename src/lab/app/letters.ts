/** The letters that the app writes. Pure. What people type goes into the body, or through encoding, never into a field as it is. */
import { base64, utf8 } from '#bytes';
import { APP_HOST } from './app.ts';

export interface ContactForm {
  readonly name: string;
  readonly email: string;
  readonly message: string;
}

/** A field has room for this many characters of what somebody typed. */
const NAME = 60;
/** Octets of one encoded word: 75 characters with its frame (RFC 2047 §2). */
const WORD_OCTETS = 45;
const LINE = 76;

/**
 * The form as a letter. An old program: it writes neither Date nor Message-ID and leaves them to who takes the letter
 * (RFC 6409 §8.1, §8.3).
 */
export function contactLetter(form: ContactForm, from: string, to: string): Uint8Array {
  const lines = [
    `From: ${encodedText('Contact form')} <${from}>`,
    `To: ${to}`,
    `Subject: ${encodedText(`Contact form: ${form.name.slice(0, NAME)}`)}`,
    ...textPart([`${form.name} <${form.email}>`, '', form.message].join('\n')),
  ];
  return utf8(lines.join('\r\n'));
}

export interface Newsletter {
  readonly messageId: string;
  /** Calendar milliseconds. */
  readonly date: number;
  readonly subject: string;
  readonly text: string;
  /** Further ones, `Name: value` each. */
  readonly fields?: readonly string[];
}

export function newsletterLetter(letter: Newsletter, from: string, to: string): Uint8Array {
  const lines = [
    `From: ${encodedText('The paper lantern shop')} <${from}>`,
    `To: ${to}`,
    `Subject: ${encodedText(letter.subject)}`,
    `Date: ${new Date(letter.date).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${letter.messageId}>`,
    ...(letter.fields ?? []),
    ...textPart(letter.text),
  ];
  return utf8(lines.join('\r\n'));
}

/** One letter, no list mail: who does not answer hears no more. */
export function invitationLetter(
  { messageId, date }: Pick<Newsletter, 'messageId' | 'date'>,
  from: string,
  to: string,
): Uint8Array {
  return newsletterLetter({ messageId, date, subject: INVITES, text: INVITATION }, from, to);
}

/** By which a reader knows such a letter (`lab/people`). */
export const INVITES = 'Please confirm: the news of the paper lantern shop';
const INVITATION = [
  'Somebody, perhaps you, entered this address for our newsletter.',
  'If it was you, answer this letter, and you get it.',
  'If not, do nothing: you will hear no more of us.',
].join('\n');

export function newsletterId(issue: string, number: number): string {
  return `newsletter-${issue}-${number}@${APP_HOST}`;
}

/** The rest of the header and the body: UTF-8 in base64, which no line of it can break. */
function textPart(text: string): string[] {
  return [
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...(base64(utf8(text.replaceAll(/\r\n?|\n/g, '\r\n'))).match(new RegExp(`.{1,${LINE}}`, 'g')) ??
      []),
    '',
  ];
}

/** As it is where it is plain, as encoded words where it is not (RFC 2047). */
export function encodedText(text: string): string {
  if (/^[A-Za-z0-9 :.,'!?-]*$/.test(text)) return text;
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    if (utf8(word + character).length > WORD_OCTETS) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  words.push(word);
  return words.map((part) => `=?utf-8?B?${base64(utf8(part))}?=`).join('\r\n ');
}
