/**
 * dkim-quoted-printable (RFC 6376 §2.11): how i=, z= and n= carry octets that a tag value may not hold.
 * Differs from MIME's: white space is dropped, and there are no soft line breaks.
 */
import { fromLatin1, hex, latin1 } from '#bytes';
import { removeFws } from './white-space.ts';

/** Octets to dkim-quoted-printable; `special` names further characters to encode. */
export function encodeQuotedPrintable(bytes: Uint8Array, special = ''): string {
  // dkim-safe-char: printable ASCII without the semicolon and the equals sign
  return latin1(bytes).replaceAll(/[^\x21-\x7e]|[;=:|]/g, (character) =>
    /[:|]/.test(character) && !special.includes(character)
      ? character
      : `=${hex(fromLatin1(character)).toUpperCase()}`,
  );
}

/** The octets, or undefined where an equals sign is not followed by two upper-case hexadecimal digits. */
export function decodeQuotedPrintable(text: string): Uint8Array | undefined {
  const dense = removeFws(text);
  if (/=(?![0-9A-Fa-f]{2})/.test(dense)) return undefined;
  return fromLatin1(
    dense.replaceAll(/=([0-9A-Fa-f]{2})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    ),
  );
}
