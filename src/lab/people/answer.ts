/** The answer of a person to a letter, as message. Pure. */
import { base64, utf8 } from '#bytes';
import { encodePhrase, encodeUnstructured } from '#protocol/message/encoded-word';
import { formatDate } from '#protocol/message/date';
import type { MessageSummary } from '#protocol/message/summary';
import type { Person } from './person.ts';

export interface Answer {
  readonly person: Person;
  /** The provider's. */
  readonly domain: string;
  readonly to: string;
  /** Of the letter that is answered. */
  readonly original: MessageSummary;
  /** Without angle brackets. */
  readonly messageId: string;
  /** Calendar milliseconds. */
  readonly now: number;
}

const TEXTS = {
  en: (name: string) => ['Hello,', '', 'thank you for your mail. It arrived well.', '', name],
  ja: (name: string) => ['メールをありがとうございます。', '無事に届きました。', '', name],
} as const;

/** Identifiers in References: the root and the nearest ones. */
const MOST_REFERENCES = 10;

export function composeAnswer({
  person,
  domain,
  to,
  original,
  messageId,
  now,
}: Answer): Uint8Array {
  const { subject, messageId: answered, references } = original;
  const title = /^re:/i.test(subject) ? subject : `Re: ${subject}`;
  const thread = answered === undefined ? [] : [...references, answered].slice(-MOST_REFERENCES);
  const body = utf8(`${TEXTS[person.language](person.shown).join('\r\n')}\r\n`);
  return utf8(
    [
      `From: ${encodePhrase(person.shown, 'From: '.length)} <${person.name}@${domain}>`,
      `To: <${to}>`,
      `Subject: ${encodeUnstructured(title, 'Subject: '.length)}`,
      `Date: ${formatDate(now)}`,
      `Message-ID: <${messageId}>`,
      ...(answered === undefined ? [] : [`In-Reply-To: <${answered}>`]),
      ...(thread.length === 0
        ? []
        : [`References: ${thread.map((id) => `<${id}>`).join('\r\n ')}`]),
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      ...(base64(body).match(/.{1,76}/g) ?? []),
      '',
    ].join('\r\n'),
  );
}
