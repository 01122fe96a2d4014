/**
 * Octets in a charset as mail names it, to text. Charsets are those of the WHATWG Encoding Standard, with the names and
 * misnomers that mail has beside its labels, and ISO-2022-KR, which the standard does not decode.
 * Malformed input gives U+FFFD; an unknown or missing charset is guessed, UTF-8 first. Linear; nothing is thrown.
 * Called by encoded-word.ts, parameter-text.ts, field-text.ts, part-text.ts, and servers for BINARY and search.
 */
import { decodeUtf8, fromLatin1, latin1 } from '#bytes';
import type { Octets } from './structure.ts';

/** Names seen in mail that the WHATWG standard does not list, to those that it does. */
const ALIASES: Readonly<Record<string, string>> = {
  // Japanese
  cp932: 'shift_jis',
  'windows-932': 'shift_jis',
  'x-ms-cp932': 'shift_jis',
  'x-sjis-jp': 'shift_jis',
  'shift_jis-2004': 'shift_jis',
  sjis2004: 'shift_jis',
  'iso-2022-jp-1': 'iso-2022-jp',
  'iso-2022-jp-2': 'iso-2022-jp',
  'iso-2022-jp-3': 'iso-2022-jp',
  'iso-2022-jp-2004': 'iso-2022-jp',
  'iso-2022-jp-ms': 'iso-2022-jp',
  'x-iso-2022-jp': 'iso-2022-jp',
  '_iso-2022-jp': 'iso-2022-jp',
  jis: 'iso-2022-jp',
  cp50220: 'iso-2022-jp',
  cp50221: 'iso-2022-jp',
  cp50222: 'iso-2022-jp',
  eucjp: 'euc-jp',
  ujis: 'euc-jp',
  'eucjp-ms': 'euc-jp',
  'eucjp-win': 'euc-jp',
  'euc-jis-2004': 'euc-jp',
  cp51932: 'euc-jp',
  // Korean
  euckr: 'euc-kr',
  cp949: 'euc-kr',
  uhc: 'euc-kr',
  'x-windows-949': 'euc-kr',
  ks_c_5601: 'euc-kr',
  ks_x_1001: 'euc-kr',
  ksc5636: 'euc-kr',
  // Chinese
  cp936: 'gbk',
  'euc-cn': 'gbk',
  gb_2312: 'gbk',
  cp950: 'big5',
  'x-windows-950': 'big5',
  // Latin and others
  'windows-1252http-equivcontent-type': 'windows-1252',
  windows1252: 'windows-1252',
  'win-1252': 'windows-1252',
  ansi: 'windows-1252',
  'latin-1': 'windows-1252',
  'iso8859-1': 'windows-1252',
  'iso-8859-1:1987': 'windows-1252',
  cp28591: 'windows-1252',
  'win-1251': 'windows-1251',
  windows1251: 'windows-1251',
  utf_8: 'utf-8',
  utf8mb4: 'utf-8',
  cp65001: 'utf-8',
  'x-utf-8': 'utf-8',
};

/** Text, or undefined where the charset is unknown. */
export function decodeCharset(bytes: Uint8Array, charset: string): string | undefined {
  return decoderFor(charset.toLowerCase())?.(bytes);
}

/**
 * Text in any case. A missing or unknown charset, and US-ASCII with octets that it does not have, is read as UTF-8 where
 * that is well-formed, as ISO-2022-JP where its escapes stand in it, else as windows-1252.
 */
export function decodeText(bytes: Uint8Array, charset: string | undefined): string {
  const name = charset?.trim().toLowerCase();
  const decode = name === undefined || SAYS_NOTHING.has(name) ? undefined : decoderFor(name);
  return decode ? decode(bytes) : guess(bytes);
}

/** Header text that stands raw in its field; `charset` is tried where it is no UTF-8. */
export function octetsText(octets: Octets, charset?: string): string {
  if (!/[^\x00-\x1a\x1c-\x7f]/.test(octets)) return octets;
  const bytes = fromLatin1(octets);
  if (octets.includes('\x1b') || charset === undefined) return guess(bytes);
  return decodeUtf8(bytes) ?? decodeText(bytes, charset);
}

/** Says no more than that the text may have octets above 127. */
const SAYS_NOTHING: ReadonlySet<string> = new Set([
  '',
  'us-ascii',
  'ascii',
  'ansi_x3.4-1968',
  'unknown',
  'x-unknown',
  'unknown-8bit',
  'default',
  'default_charset',
  '8bit',
  '7bit',
]);

/** The escapes to JIS X 0208 and, for half-width letters, JIS X 0201. */
const JIS_ESCAPE = /\x1b(?:\$[@B]|\([IJ])/;

function guess(bytes: Uint8Array): string {
  const utf8 = decodeUtf8(bytes);
  if (utf8 === undefined) return decoderFor('windows-1252')!(bytes);
  return JIS_ESCAPE.test(utf8) ? decoderFor('iso-2022-jp')!(bytes) : utf8.replace(/^\uFEFF/, '');
}

type Decode = (bytes: Uint8Array) => string;

// Only labels that are known get in, so that mail cannot make this grow.
const decoders = new Map<string, Decode>([['iso-2022-kr', decodeIso2022Kr]]);

function decoderFor(charset: string): Decode | undefined {
  const label = charset.trim();
  const known = decoders.get(label);
  if (known) return known;
  try {
    const decoder = new TextDecoder(Object.hasOwn(ALIASES, label) ? ALIASES[label] : label);
    const decode: Decode =
      decoder.encoding === 'iso-2022-jp'
        ? (bytes) => decoder.decode(withoutVainEscapes(bytes))
        : (bytes) => decoder.decode(bytes);
    decoders.set(label, decode);
    return decode;
  } catch {
    return undefined;
  }
}

const JIS_SHIFTS = /(?:\x1b(?:\([BIJ]|\$[@B]|\$\(D))+(?=\x1b(?:\([BIJ]|\$[@B]|\$\(D))/g;

/**
 * An escape that another one follows at once, as where two encoded words were joined, is an error to the WHATWG standard
 * (pages could hide text with it); in mail it is nothing.
 */
function withoutVainEscapes(bytes: Uint8Array): Uint8Array {
  return fromLatin1(latin1(bytes).replaceAll(JIS_SHIFTS, ''));
}

const SO = 0x0e;
const SI = 0x0f;
const ESC = 0x1b;

/** RFC 1557: between SO and SI stands KS X 1001 in seven bits, which EUC-KR has in eight; a line starts in ASCII. */
function decodeIso2022Kr(bytes: Uint8Array): string {
  const euc = new Uint8Array(bytes.length);
  let length = 0;
  let shifted = false;
  for (let at = 0; at < bytes.length; at++) {
    const octet = bytes[at]!;
    if (octet === SO || octet === SI) shifted = octet === SO;
    else if (octet === ESC && bytes[at + 1] === 0x24 && bytes[at + 2] === 0x29) at += 3;
    else {
      if (octet === 0x0a) shifted = false;
      euc[length++] = shifted && octet > 0x20 && octet < 0x7f ? octet | 0x80 : octet;
    }
  }
  return decoderFor('euc-kr')!(euc.subarray(0, length));
}
