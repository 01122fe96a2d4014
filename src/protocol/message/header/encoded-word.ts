/**
 * Encoded words of header text (RFC 2047, language tags of RFC 2231 §5): decoding for people, encoding for the few
 * fields this program writes itself. Charsets are those of charset.ts.
 * Decoding is total and linear; what cannot be decoded stays as it was written (RFC 2047 §6.2). Decoded text never
 * holds a control character, so that an encoded CR LF cannot start a new field where the text is shown or reused.
 * Called by summary.ts, dsn/*, and whoever shows a header.
 */
import { base64, fromLatin1, utf8 } from '#bytes';
import { decodeCharset } from '#protocol/message/charset';

export { decodeCharset };

// Raw spaces inside are against RFC 2047 §2 but common; the encoded text ends with the first question mark.
const ENCODED_WORD =
  /=\?([!#$%&'+\-0-9A-Z^_`a-z{|}~.:()]{1,60})(?:\*[A-Za-z0-9-]{0,60})?\?([BbQq])\?([^?\r\n]*)\?=/g;

/** The text with its encoded words decoded; white space between two of them is dropped (RFC 2047 §6.2). */
export function decodeEncodedWords(text: string): string {
  if (!text.includes('=?')) return text;
  let result = '';
  let at = 0;
  let run: Run | undefined;
  for (const match of text.matchAll(ENCODED_WORD)) {
    const [whole, charset, encoding, encoded] = match as unknown as [
      string,
      string,
      string,
      string,
    ];
    const between = text.slice(at, match.index);
    const adjacent = run !== undefined && /^[ \t\r\n]*$/.test(between);
    if (!adjacent) {
      result += finish(run) + between;
      run = undefined;
    }
    const word = {
      charset: charset.toLowerCase(),
      bytes: /b/i.test(encoding) ? fromBase64(encoded) : fromQ(encoded),
      raw: whole,
    };
    // A character may be split over two words of one charset, against RFC 2047 §5 but seen every day.
    if (run && run.charset === word.charset) {
      run.bytes.push(word.bytes);
      run.raw += between + whole;
    } else {
      result += finish(run);
      run = { charset: word.charset, bytes: [word.bytes], raw: whole };
    }
    at = match.index + whole.length;
  }
  return result + finish(run) + text.slice(at);
}

/**
 * Unstructured text as the value of a field: as it is where it is printable ASCII and short enough, else encoded words in
 * UTF-8, folded. `used` is what already stands on the first line (`Subject: ` has 9 octets).
 */
export function encodeUnstructured(text: string, used: number): string {
  const plain = text.toWellFormed().replaceAll(/[\x00-\x1f\x7f]+/g, ' ');
  // Text that looks encoded must be encoded, or it would be decoded by its reader; a word near the limit of a line
  // (998 octets, RFC 5322 §2.1.1) can be broken only when it is encoded.
  if (!/[^ -~]|=\?|[^ ]{900}/.test(plain) && plain === plain.trim()) return foldAscii(plain, used);
  return encodedWords(plain, used).join('\r\n ');
}

/** A display name as a phrase: atoms where they do, a quoted string for other ASCII, else encoded words. */
export function encodePhrase(text: string, used: number): string {
  const plain = text.toWellFormed().replaceAll(/[\x00-\x1f\x7f]+/g, ' ');
  if (/[^ -~]|=\?/.test(plain)) return encodedWords(plain, used).join('\r\n ');
  if (/^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(?: [A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*$/.test(plain))
    return plain;
  return `"${plain.replaceAll(/["\\]/g, '\\$&')}"`;
}

type Run = { readonly charset: string; readonly bytes: Uint8Array[]; raw: string };

function finish(run: Run | undefined): string {
  if (!run) return '';
  const bytes = run.bytes.length === 1 ? run.bytes[0]! : Buffer.concat(run.bytes);
  const text = decodeCharset(bytes, run.charset);
  return text === undefined ? run.raw : text.replaceAll(/[\x00-\x1f\x7f-\x9f]/g, ' ');
}

/** Lenient: line ends, missing padding and foreign characters do not matter. */
function fromBase64(text: string): Uint8Array {
  return Buffer.from(text, 'base64');
}

/** RFC 2047 §4.2; an equals sign without two hex digits stands for itself. */
function fromQ(text: string): Uint8Array {
  const binary = text
    .replaceAll('_', ' ')
    .replaceAll(/=([0-9A-Fa-f]{2})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );
  return /[^\x00-\xff]/.test(binary) ? utf8(binary) : fromLatin1(binary);
}

/** RFC 2047 §2: a word has 75 characters, a line with one 76. */
const MAX_WORD = 75;
const WORD_FRAME = '=?UTF-8?B?'.length + '?='.length;

/** The text in words of base64, each of whole characters (RFC 2047 §5). */
function encodedWords(text: string, used: number): string[] {
  const words: string[] = [];
  let room = capacity(Math.max(MAX_WORD - used, WORD_FRAME + 8));
  let chunk = '';
  let size = 0;
  // By code points: a surrogate pair must stay in one word.
  for (const character of text) {
    const octets = utf8(character).length;
    if (size + octets > room) {
      words.push(encodedWord(chunk));
      chunk = '';
      size = 0;
      room = capacity(MAX_WORD - 1);
    }
    chunk += character;
    size += octets;
  }
  words.push(encodedWord(chunk));
  return words;
}

/** How many octets fit a word of that many characters. */
function capacity(characters: number): number {
  return Math.floor((characters - WORD_FRAME) / 4) * 3;
}

function encodedWord(text: string): string {
  return `=?UTF-8?B?${base64(utf8(text))}?=`;
}

/** Breaks before words where a line would pass 78 characters (RFC 5322 §2.1.1). */
function foldAscii(text: string, used: number): string {
  let column = used;
  let result = '';
  for (const word of text.split(/(?= )/)) {
    if (column + word.length > 78 && result !== '' && word.trim() !== '') {
      result += '\r\n';
      column = 0;
    }
    result += word;
    column += word.length;
  }
  return result;
}
