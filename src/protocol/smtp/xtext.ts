/**
 * xtext, the encoding of ESMTP parameter values that may hold any character (RFC 3461 §4): printable ASCII but `+`
 * and `=` stands for itself, any other octet is `+` and two hexadecimal digits. Text is UTF-8 before the encoding.
 * Invariant: decode(encode(text)) = text. Called by parameters.ts and original-recipient.ts.
 */
import { decodeUtf8, utf8 } from '#bytes';

const XTEXT = /^(?:[!-*,-<>-~]|\+[0-9A-Fa-f]{2})*$/;
const PLUS = 0x2b;
const EQUALS = 0x3d;

export function encodeXtext(text: string): string {
  let encoded = '';
  for (const octet of utf8(text.toWellFormed())) {
    const literal = octet > 0x20 && octet < 0x7f && octet !== PLUS && octet !== EQUALS;
    encoded += literal ? String.fromCharCode(octet) : `+${hexPair(octet)}`;
  }
  return encoded;
}

/** The text, or undefined where it is not xtext or not UTF-8 underneath. Lower-case digits are read as well. */
export function decodeXtext(encoded: string): string | undefined {
  if (!XTEXT.test(encoded)) return undefined;
  if (!encoded.includes('+')) return encoded;
  const octets = new Uint8Array(encoded.length);
  let filled = 0;
  for (let at = 0; at < encoded.length; at++) {
    if (encoded[at] === '+') {
      octets[filled++] = Number.parseInt(encoded.slice(at + 1, at + 3), 16);
      at += 2;
    } else {
      octets[filled++] = encoded.charCodeAt(at);
    }
  }
  return decodeUtf8(octets.subarray(0, filled));
}

function hexPair(octet: number): string {
  // RFC 3461 §4: upper case
  return octet.toString(16).toUpperCase().padStart(2, '0');
}
