/**
 * The value of ORCPT: the address to which the message was first sent, with its type (RFC 3461 §4.2). The type
 * `utf-8` (RFC 6533 §3) has an escape of its own, `\x{2B}`, so that it can travel with and without SMTPUTF8.
 * Values are decoded here and printable, so that they can stand in a notice. Invariant: parse(format(x)) = x.
 * Called by parameters.ts, clients/smtp and protocol/dsn.
 */
import { decodeXtext, encodeXtext } from './xtext.ts';

export interface OriginalRecipient {
  /** Lower case: `rfc822`, `utf-8`, … */
  readonly addressType: string;
  /** Decoded; printable ASCII, and for `utf-8` also other characters. Not necessarily a mailbox. */
  readonly address: string;
}

/** RFC 3461 §4: no ORCPT value is longer. */
const MAX_VALUE = 500;

const ADDRESS_TYPE = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;
const PRINTABLE_ASCII = /^[ -~]+$/;
// RFC 6533 §3: utf-8-addr-xtext, utf-8-addr-unitext, or the mailbox as it is (which may hold a plus sign).
const ESCAPED_UTF8 = /^(?:[!-<>-[\]-~\u00a0-\u{10ffff}]|\\x\{[0-9A-F]{2,6}\})+$/u;
const ESCAPE = /\\x\{([0-9A-F]{2,6})\}/g;
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f]/;
const MUST_ESCAPE = /[^!-*,-<>-[\]-~]/gu;
const MUST_ESCAPE_BESIDES_UTF8 = /[^!-*,-<>-[\]-~\u00a0-\u{10ffff}]/gu;

/** Reads `type;address`; undefined where it is malformed, too long or not printable. */
export function parseOriginalRecipient(value: string): OriginalRecipient | undefined {
  const semicolon = value.indexOf(';');
  if (semicolon < 0 || value.length > MAX_VALUE) return undefined;
  const type = value.slice(0, semicolon);
  if (!ADDRESS_TYPE.test(type)) return undefined;
  const addressType = type.toLowerCase();
  const encoded = value.slice(semicolon + 1);
  if (addressType === 'utf-8') return printable(addressType, decodeUtf8Address(encoded));
  const address = decodeXtext(encoded);
  if (address === undefined) return undefined;
  if (PRINTABLE_ASCII.test(address)) return { addressType, address };
  // Postfix writes the octets of an internationalised address as xtext under the type of ASCII addresses
  return addressType === 'rfc822' ? printable('utf-8', address) : undefined;
}

function printable(
  addressType: string,
  address: string | undefined,
): OriginalRecipient | undefined {
  return address === undefined ||
    address === '' ||
    UNPRINTABLE.test(address) ||
    !address.isWellFormed()
    ? undefined
    : { addressType, address };
}

/** `smtputf8`: the peer offers SMTPUTF8, so that characters outside ASCII need no escape. */
export function formatOriginalRecipient(value: OriginalRecipient, smtputf8: boolean): string {
  const { addressType, address } = value;
  if (addressType !== 'utf-8') return `${addressType};${encodeXtext(address)}`;
  const escaped = address.replaceAll(
    smtputf8 ? MUST_ESCAPE_BESIDES_UTF8 : MUST_ESCAPE,
    (character) => `\\x{${codePointHex(character)}}`,
  );
  return `${addressType};${escaped}`;
}

function decodeUtf8Address(encoded: string): string | undefined {
  if (!ESCAPED_UTF8.test(encoded)) return undefined;
  return encoded.replaceAll(ESCAPE, (_, digits: string) => {
    const codePoint = Number.parseInt(digits, 16);
    // U+0000 stands for what is no character; it is refused below.
    return codePoint > 0x10ffff ? '\0' : String.fromCodePoint(codePoint);
  });
}

function codePointHex(character: string): string {
  return character.codePointAt(0)!.toString(16).toUpperCase().padStart(2, '0');
}
