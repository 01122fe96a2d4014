/** The answer of a person to a letter, as message. Pure. */
import { base64, latin1, utf8 } from '#bytes';
import { isAscii } from '#protocol/address/mailbox';
import { encodePhrase, encodeUnstructured } from '#protocol/message/header/encoded-word';
import { formatDate } from '#protocol/message/header/date';
import type { MessageSummary } from '#protocol/message/summary';
import { encodeIso2022Jp } from './iso-2022-jp.ts';
import type { Charset, Person } from './person.ts';
import { encodeShiftJis } from './shift-jis.ts';

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
  readonly charset: Charset;
}

const TEXTS = {
  en: (name: string) => ['Hello,', '', 'thank you for your mail. It arrived well.', '', name],
  ja: (name: string) => ['メールをありがとうございます。', '無事に届きました。', '', name],
} as const;

/** How the old charsets are named in mail. */
const OLD = {
  'iso-2022-jp': { name: 'ISO-2022-JP', encode: encodeIso2022Jp },
  shift_jis: { name: 'Shift_JIS', encode: encodeShiftJis },
} as const;

/** Identifiers in References: the root and the nearest ones. */
const MOST_REFERENCES = 10;

export function composeAnswer(answer: Answer): Uint8Array {
  const { person, domain, to, original, messageId, now } = answer;
  const { subject, messageId: answered, references } = original;
  const title = /^re:/i.test(subject) ? subject : `Re: ${subject}`;
  const thread = answered === undefined ? [] : [...references, answered].slice(-MOST_REFERENCES);
  const text = `${TEXTS[person.language](person.shown).join('\r\n')}\r\n`;
  const content = contentOf(text, answer.charset);
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

interface Content {
  readonly charset: string;
  readonly encoding: '7bit' | 'base64';
  readonly lines: string;
}

function contentOf(text: string, charset: Charset): Content {
  const old = charset === 'utf-8' ? undefined : OLD[charset];
  const octets = old?.encode(text);
  if (old === undefined || octets === undefined)
    return { charset: 'utf-8', encoding: 'base64', lines: base64Lines(utf8(text)) };
  const { name } = old;
  return octets.every((octet) => octet < 0x80)
    ? { charset: name, encoding: '7bit', lines: latin1(octets) }
    : { charset: name, encoding: 'base64', lines: base64Lines(octets) };
}

function base64Lines(octets: Uint8Array): string {
  return `${(base64(octets).match(/.{1,76}/g) ?? []).join('\r\n')}\r\n`;
}

function named(name: string, charset: Charset): string {
  return japaneseWords(name, charset) ?? encodePhrase(name, 'From: '.length);
}

function unstructured(text: string, charset: Charset): string {
  return japaneseWords(text, charset) ?? encodeUnstructured(text, 'Subject: '.length);
}

/** Characters of one encoded word: with its escape sequences it stays within 75 (RFC 2047 §2). */
const WORD = 14;

/** Encoded words, each of which begins and ends in ASCII (RFC 2047 §3); undefined where none are needed, or none will do. */
function japaneseWords(text: string, charset: Charset): string | undefined {
  if (charset === 'utf-8' || isAscii(text)) return undefined;
  const { name, encode } = OLD[charset];
  const characters = Array.from(text);
  const words: string[] = [];
  for (let at = 0; at < characters.length; at += WORD) {
    const octets = encode(characters.slice(at, at + WORD).join(''));
    if (octets === undefined) return undefined;
    words.push(`=?${name}?B?${base64(octets)}?=`);
  }
  return words.join('\r\n ');
}
