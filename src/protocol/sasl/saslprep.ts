/**
 * SASLprep (RFC 4013 on RFC 3454): the one form of a user name or password, so that a password set once is
 * the same text for PLAIN, LOGIN and SCRAM, and for clients that prepare it themselves.
 * Deviation: normalisation is that of the running Unicode version, not 3.2, and characters assigned since
 * are allowed (emoji); what is unassigned even now is refused, since its normalisation may still change.
 * SASLprep was kept over PRECIS (RFC 8265) because the SCRAM RFCs name it and clients in use apply it.
 */
import type { PreparedText } from './prepared-text.ts';

/** Why a text cannot be a name or a password. */
export type SaslprepError = 'empty' | 'too-long' | 'prohibited-character' | 'mixed-direction';

export type SaslprepResult =
  | { readonly kind: 'prepared'; readonly text: PreparedText }
  | { readonly kind: 'error'; readonly reason: SaslprepError };

/**
 * RFC 4616 §2 speaks of 255 octets for each part; a passphrase may be longer, but nothing typed by a person
 * or made by a program comes near this, and hashing takes time in proportion.
 */
export const MAX_PREPARED_CHARACTERS = 1024;

/** Printable ASCII is its own prepared form. */
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** RFC 3454 table C.1.2, mapped to U+0020 (RFC 4013 §2.1). */
const OTHER_SPACES = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu;

/** RFC 3454 table B.1, mapped to nothing (RFC 4013 §2.1). U+200B went to a space above. */
const MAPPED_TO_NOTHING = new RegExp(
  String.raw`[\u00ad\u034f\u1806\u180b-\u180d\u200c\u200d\u2060\ufe00-\ufe0f\ufeff]`,
  'gu',
);

/**
 * RFC 3454 tables C.2 to C.9 (RFC 4013 §2.3): controls, private use, noncharacters and lone surrogates,
 * what is not for plain text, description characters, direction marks, tags; and what is unassigned.
 */
const PROHIBITED = new RegExp(
  String.raw`[\p{Cc}\p{Co}\p{Cs}\p{Cn}\u06dd\u070f\u180e\u2028\u2029\u2061-\u2063\u206a-\u206f` +
    String.raw`\ufff9-\ufffd\u{1d173}-\u{1d17a}\u2ff0-\u2ffb\u0340\u0341\u200e\u200f\u202a-\u202e` +
    String.raw`\u{e0001}\u{e0020}-\u{e007f}]`,
  'u',
);

/** Where scripts written from right to left live; digits and marks there are not of the class. */
const RIGHT_TO_LEFT_BLOCKS = String.raw`\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}`;

/** RFC 3454 table D.1 (RandALCat): the letters of those blocks and their punctuation of the same class. */
const RIGHT_TO_LEFT = new RegExp(
  String.raw`(?:(?=\p{L})[${RIGHT_TO_LEFT_BLOCKS}]|[\u05be\u05c0\u05c3\u05f3\u05f4\u061b\u061f\u066d\u06d4\u06fd\u06fe\u0700-\u070d\ufdfc])`,
  'u',
);

/** RFC 3454 table D.2 (LCat) by its letters; its few symbols do not make a text left to right here. */
const LEFT_TO_RIGHT = new RegExp(String.raw`(?=\p{L})[^${RIGHT_TO_LEFT_BLOCKS}]`, 'u');

/**
 * Prepares a user name or password.
 *
 * @param text as typed or received, already decoded from UTF-8
 * @returns the prepared text, or why there is none; preparing it again changes nothing
 */
export function saslprep(text: string): SaslprepResult {
  if (text.length > MAX_PREPARED_CHARACTERS) return { kind: 'error', reason: 'too-long' };
  if (PRINTABLE_ASCII.test(text)) return prepared(text);
  const mapped = text.replace(OTHER_SPACES, ' ').replace(MAPPED_TO_NOTHING, '');
  const normalised = mapped.normalize('NFKC'); // RFC 4013 §2.2
  // NFKC makes up to eighteen characters of one.
  if (normalised.length > MAX_PREPARED_CHARACTERS) return { kind: 'error', reason: 'too-long' };
  if (PROHIBITED.test(normalised)) return { kind: 'error', reason: 'prohibited-character' };
  if (mixesDirections(normalised)) return { kind: 'error', reason: 'mixed-direction' };
  return prepared(normalised);
}

function prepared(text: string): SaslprepResult {
  if (text === '') return { kind: 'error', reason: 'empty' };
  return { kind: 'prepared', text: text as PreparedText };
}

/** RFC 3454 §6: a text with right-to-left characters has no left-to-right ones, and they stand at both ends. */
function mixesDirections(text: string): boolean {
  if (!RIGHT_TO_LEFT.test(text)) return false;
  if (LEFT_TO_RIGHT.test(text)) return true;
  const characters = Array.from(text);
  return !RIGHT_TO_LEFT.test(characters[0]!) || !RIGHT_TO_LEFT.test(characters.at(-1)!);
}
