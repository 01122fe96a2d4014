/** What is wrong with the form of a message as it was sent. Pure; nothing of its content comes out. */
import { latin1 } from '#bytes';
import { decodeCharset } from '#protocol/message/charset';
import { parseDate } from '#protocol/message/header/date';
import { eachPart } from '#protocol/message/body/each-part';
import { fieldsNamed, fieldValue, splitHeader } from '#protocol/message/header/fields';
import { parseStructure } from '#protocol/message/body/parse-structure';
import type { Part } from '#protocol/message/structure';

export interface Lint {
  /** Fields that every message has. */
  readonly missing: readonly string[];
  readonly from: number;
  readonly bareLineEnd: boolean;
  readonly rawHeader: boolean;
  /** A Date that is none. */
  readonly badDate: string | undefined;
  /** The first encoded word that nobody can read. */
  readonly badEncodedWord: string | undefined;
  readonly brokenMime: boolean;
  readonly htmlOnly: boolean;
  /** Octets of the largest HTML part. */
  readonly html: number;
}

const CR = 0x0d;
const LF = 0x0a;
const WANTED = ['Date', 'Message-ID', 'From'] as const;

/** @param allowsUtf8 the message is an internationalized one (RFC 6532) */
export function lintMessage(message: Uint8Array, allowsUtf8: boolean): Lint {
  const header = splitHeader(message);
  const head = message.subarray(0, header.bodyStart);
  return {
    missing: WANTED.filter((name) => fieldsNamed(header, name).length === 0),
    from: fieldsNamed(header, 'From').length,
    bareLineEnd: hasBareLineEnd(message),
    rawHeader: !allowsUtf8 && head.some((octet) => octet > 0x7f),
    badDate: fieldsNamed(header, 'Date')
      .map((field) => fieldValue(message, field))
      .find((text) => parseDate(text) === undefined),
    badEncodedWord: badEncodedWord(latin1(head)),
    ...partsOf(parseStructure(message).part),
  };
}

/** What begins like an encoded word up to its end; one is 75 characters at most (RFC 2047 §2). */
const LOOKS_ENCODED = /=\?[^?\s]{1,60}\?[A-Za-z]\?[^?\r\n]{0,200}\?=/g;
const LONGEST_WORD = 75;

function badEncodedWord(head: string): string | undefined {
  return [...head.matchAll(LOOKS_ENCODED)].map(([word]) => word).find((word) => !isReadable(word));
}

function isReadable(word: string): boolean {
  const [charset = '', encoding = '', text = ''] = word.slice(2, -2).split('?');
  if (word.length > LONGEST_WORD || /\s/.test(text)) return false;
  const isKnown =
    decodeCharset(new Uint8Array(), charset.split('*', 1)[0]!.toLowerCase()) !== undefined;
  if (!isKnown) return false;
  if (encoding.toUpperCase() === 'B')
    return /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0;
  return encoding.toUpperCase() === 'Q' && !/=(?![0-9A-Fa-f]{2})/.test(text);
}

/** RFC 2045 §6.1. */
const ENCODINGS: ReadonlySet<string> = new Set([
  '7bit',
  '8bit',
  'binary',
  'quoted-printable',
  'base64',
]);

function hasBareLineEnd(bytes: Uint8Array): boolean {
  return bytes.some((octet, at) =>
    octet === LF ? bytes[at - 1] !== CR : octet === CR && bytes[at + 1] !== LF,
  );
}

function partsOf(root: Part): Pick<Lint, 'brokenMime' | 'htmlOnly' | 'html'> {
  const parts = [...eachPart(root)];
  const html = parts.filter(({ type, subtype }) => type === 'text' && subtype === 'html');
  const plain = parts.some(({ type, subtype }) => type === 'text' && subtype === 'plain');
  return {
    brokenMime: parts.some(
      ({ type, params, encoding }) =>
        !ENCODINGS.has(encoding) ||
        (type === 'multipart' &&
          // RFC 2045 §6.4: what is composed is not encoded as a whole
          (['quoted-printable', 'base64'].includes(encoding) ||
            !params.some(([name]) => name === 'boundary'))),
    ),
    htmlOnly: html.length > 0 && !plain,
    html: html.reduce((most, part) => Math.max(most, part.bodyEnd - part.bodyStart), 0),
  };
}
