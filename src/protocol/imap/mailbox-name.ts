/**
 * Names of mailboxes on the wire: modified UTF-7 (RFC 3501 §5.1.3), or UTF-8 where the client speaks RFC 9051 or RFC 6855. Inside, a
 * name is Unicode, `/` parts its levels, and INBOX stands in upper case.
 */
import { decodeUtf8, fromLatin1, latin1, utf8 } from '#bytes';
import { Malformed, type Decoder } from './decoder.ts';

export const DELIMITER = '/';
/** Characters of a whole name; each level is bounded by the store. */
export const MAX_NAME = 4096;
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,';

export function decodeMailbox(decoder: Decoder): string {
  const octets = decoder.astring();
  const name = parseMailboxName(octets, decoder.utf8);
  if (name === undefined) {
    throw new Malformed(
      `A mailbox name is not in ${decoder.utf8 ? 'UTF-8' : 'modified UTF-7 (RFC 3501 section 5.1.3)'}`,
      // well-formed, but the name of nothing (RFC 5530)
      'CANNOT',
    );
  }
  return name;
}

/** A reference or pattern of LIST: decoded where that is possible, wildcards and all; otherwise it matches nothing. */
export function decodePattern(decoder: Decoder): string {
  const octets = decoder.listMailbox();
  return parseMailboxName(octets, decoder.utf8) ?? octets;
}

/** @param octets one character each. Undefined where they break the encoding, or are no name that anyone could read. */
export function parseMailboxName(octets: string, isUtf8: boolean): string | undefined {
  if (octets.length > MAX_NAME) return undefined;
  const eightBit = /[^\x00-\x7f]/.test(octets);
  // UTF-8 that nobody agreed on is still what the client means, and modified UTF-7 has no such octets.
  const name = isUtf8 || eightBit ? decodeUtf8(fromLatin1(octets)) : decodeUtf7(octets);
  if (name === undefined || /[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(name)) return undefined;
  return withInbox(name);
}

/** INBOX, and what lies below it, in capitals. */
export function withInbox(name: string): string {
  if (!/^inbox(?:\/|$)/i.test(name)) return name;
  return `INBOX${name.slice('INBOX'.length)}`;
}

/** Octets for the wire, one character each. */
export function formatMailboxName(name: string, isUtf8: boolean): string {
  if (!/[^\x20-\x7e]|&/.test(name)) return name;
  return isUtf8 ? latin1(utf8(name)) : encodeUtf7(name);
}

/** Undefined where the text is not modified UTF-7, or not in its shortest form. */
export function decodeUtf7(octets: string): string | undefined {
  if (!octets.includes('&')) return octets;
  let text = '';
  let at = 0;
  for (;;) {
    const open = octets.indexOf('&', at);
    if (open < 0) break;
    text += octets.slice(at, open);
    const close = octets.indexOf('-', open);
    if (close < 0) return undefined;
    const shifted = close === open + 1 ? '&' : decodeShifted(octets.slice(open + 1, close));
    if (shifted === undefined) return undefined;
    // two shifts in a row could have been one
    if (octets[close + 1] === '&' && close > open + 1 && octets[close + 2] !== '-')
      return undefined;
    text += shifted;
    at = close + 1;
  }
  return text + octets.slice(at);
}

function decodeShifted(encoded: string): string | undefined {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const character of encoded) {
    const value = BASE64.indexOf(character);
    if (value < 0) return undefined;
    held = (held << 6) | value;
    bits += 6;
    if (bits < 16) continue;
    bits -= 16;
    const unit = (held >>> bits) & 0xffff;
    held &= (1 << bits) - 1;
    // what can stand as it is must (RFC 3501 §5.1.3)
    if (unit >= 0x20 && unit <= 0x7e) return undefined;
    text += String.fromCharCode(unit);
  }
  // what pads the last octet is zero, and less than one character
  if (bits >= 6 || held !== 0 || !text.isWellFormed()) return undefined;
  return text;
}

export function encodeUtf7(name: string): string {
  return name.replaceAll(/&|[^\x20-\x7e]+/g, (run) => (run === '&' ? '&-' : `&${shifted(run)}-`));
}

function shifted(run: string): string {
  let encoded = '';
  let bits = 0;
  let held = 0;
  for (let i = 0; i < run.length; i++) {
    held = (held << 16) | run.charCodeAt(i);
    bits += 16;
    while (bits >= 6) {
      bits -= 6;
      encoded += BASE64[(held >>> bits) & 63];
    }
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? encoded : encoded + BASE64[(held << (6 - bits)) & 63];
}
