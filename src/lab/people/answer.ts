/** The answer of a person to a letter, as message. Pure. */
import { base64, latin1, utf8 } from '#bytes';
import { isAscii } from '#protocol/address/mailbox';
import { encodePhrase, encodeUnstructured } from '#protocol/message/encoded-word';
import { formatDate } from '#protocol/message/date';
import type { MessageSummary } from '#protocol/message/summary';
import { encodeIso2022Jp } from './iso-2022-jp.ts';
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
  /** Where the text has a place in it; else it is UTF-8. */
  readonly charset: 'utf-8' | 'iso-2022-jp';
}

const TEXTS = {
  en: (name: string) => ['Hello,', '', 'thank you for your mail. It arrived well.', '', name],
  ja: (name: string) => ['メールをありがとうございます。', '無事に届きました。', '', name],
} as const;

/** Identifiers in References: the root and the nearest ones. */
const MOST_REFERENCES = 10;

export function composeAnswer(answer: Answer): Uint8Array {
  const { person, domain, to, original, messageId, now } = answer;
  const { subject, messageId: answered, references } = original;
  const title = /^re:/i.test(subject) ? subject : `Re: ${subject}`;
  const thread = answered === undefined ? [] : [...references, answered].slice(-MOST_REFERENCES);
  const text = `${TEXTS[person.language](person.shown).join('\r\n')}\r\n`;
  const jis = answer.charset === 'iso-2022-jp' ? encodeIso2022Jp(text) : undefined;
  const content =
    jis === undefined
      ? {
          charset: 'utf-8',
          encoding: 'base64',
          lines: `${(base64(utf8(text)).match(/.{1,76}/g) ?? []).join('\r\n')}\r\n`,
        }
      : { charset: 'ISO-2022-JP', encoding: '7bit', lines: latin1(jis) };
  return utf8(
    [
      `From: ${named(person.shown, answer.charset)} <${person.name}@${domain}>`,
      `To: <${to}>`,
      `Subject: ${unstructured(title, answer.charset)}`,
      `Date: ${formatDate(now)}`,
      `Message-ID: <${messageId}>`,
      ...(answered === undefined ? [] : [`In-Reply-To: <${answered}>`]),
      ...(thread.length === 0
        ? []
        : [`References: ${thread.map((id) => `<${id}>`).join('\r\n ')}`]),
      'MIME-Version: 1.0',
      `Content-Type: text/plain; charset=${content.charset}`,
      `Content-Transfer-Encoding: ${content.encoding}`,
      '',
      content.lines,
    ].join('\r\n'),
  );
}

function named(name: string, charset: Answer['charset']): string {
  return japaneseWords(name, charset) ?? encodePhrase(name, 'From: '.length);
}

function unstructured(text: string, charset: Answer['charset']): string {
  return japaneseWords(text, charset) ?? encodeUnstructured(text, 'Subject: '.length);
}

/** Characters of one encoded word: with its escape sequences it stays within 75 (RFC 2047 §2). */
const WORD = 14;

/** Encoded words, each of which begins and ends in ASCII (RFC 2047 §3); undefined where none are needed, or none will do. */
function japaneseWords(text: string, charset: Answer['charset']): string | undefined {
  if (charset !== 'iso-2022-jp' || isAscii(text)) return undefined;
  const characters = Array.from(text);
  const words: string[] = [];
  for (let at = 0; at < characters.length; at += WORD) {
    const octets = encodeIso2022Jp(characters.slice(at, at + WORD).join(''));
    if (octets === undefined) return undefined;
    words.push(`=?ISO-2022-JP?B?${base64(octets)}?=`);
  }
  return words.join('\r\n ');
}
