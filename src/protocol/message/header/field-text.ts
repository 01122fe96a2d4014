/**
 * A header field as a person reads it: unfolded, its encoded words decoded, raw octets as UTF-8 or what they look like.
 * Called by part-text.ts, and by servers and store for SEARCH and SORT.
 */
import { octetsText } from '#protocol/message/charset';
import type { Octets } from '#protocol/message/structure';
import { decodeEncodedWords } from './encoded-word.ts';
import { type Field, fieldOctets } from './fields.ts';

/** The value of a field of `bytes`; at most `limit` octets of it are read. */
export function fieldText(bytes: Uint8Array, field: Field, limit = Infinity): string {
  return octetsAsText(fieldOctets(bytes, field, limit));
}

/** The same of a value that is already apart: the subject of an envelope. */
export function octetsAsText(octets: Octets): string {
  return decodeEncodedWords(octetsText(octets)).replaceAll(/[\x00-\x1f\x7f]/g, ' ');
}
