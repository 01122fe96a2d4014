/**
 * Addresses that are in a field and cannot be read there, since a comment or white space stands within them:
 * `user (comment)@ example.org`. SEARCH looks for addresses as ENVELOPE tells them (RFC 9051 §6.4.4).
 * Called by part-text.ts, and by mail/search.
 */
import { parseEnvelopeAddresses } from './envelope-addresses.ts';
import { octetsAsText } from './field-text.ts';
import { type Field, fieldOctets } from './fields.ts';

/** Fields that hold addresses, by their names in lower case. */
export const ADDRESS_FIELDS: ReadonlySet<string> = new Set([
  'from',
  'to',
  'cc',
  'bcc',
  'sender',
  'reply-to',
]);

/** Of a longer field the beginning is read. */
const MAX_VALUE = 64 * 1024;
const HIDING = /[(\\]|[ \t][@.]|[@.][ \t]/;

/** All addresses of a field in which some may be hidden; mostly none. */
export function hiddenAddresses(bytes: Uint8Array, field: Field): string[] {
  const value = fieldOctets(bytes, field, MAX_VALUE);
  if (!HIDING.test(value)) return [];
  return parseEnvelopeAddresses(value).flatMap(([, , mailbox, host]) =>
    mailbox && host ? [octetsAsText(`${mailbox}@${host}`)] : [],
  );
}
