/**
 * App passwords: made here, never chosen, for one device or program each. Nine groups of four characters:
 * a public id (40 bits) by which the row is found, the secret (128 bits) and a check (12 bits) that tells a
 * slip of the hand, or an ordinary password, before anything is looked up. Since the secret is random, SHA-256
 * is enough to keep; the password itself is not stored. Written in lower case without i, l, o and u; read in any
 * case, with any spaces and hyphens, and with i and l for 1 and o for 0, except by SCRAM, where the client sends
 * only a proof of what was typed.
 */
import { createHash } from 'node:crypto';
import { concat, equalConstantTime, hex, utf8 } from '#bytes';

/** Random octets that {@link makeAppPassword} wants. */
export const APP_PASSWORD_RANDOM_OCTETS = 21;

const ID_OCTETS = 5;
const CHECK_BITS = 12n;
const CHARACTERS = 36;
const ID_CHARACTERS = 8;

/** Thirty-two characters that are not taken for each other. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** More than anyone types with separators of every kind. */
const MAX_TYPED_CHARACTERS = 128;

export interface AppPassword {
  /** Public: eight characters of the alphabet, a key of the table. */
  readonly id: string;
  /** 16 octets, never stored. */
  readonly secret: Uint8Array;
}

/** A new app password and the text to show once; SCRAM keys are made from exactly this text. */
export function makeAppPassword(random: Uint8Array): AppPassword & { readonly text: string } {
  if (random.length !== APP_PASSWORD_RANDOM_OCTETS) throw new RangeError('21 random octets wanted');
  const id = toText(numberOf(random.subarray(0, ID_OCTETS)), ID_CHARACTERS);
  const password = { id, secret: random.slice(ID_OCTETS) };
  return { ...password, text: formatAppPassword(password) };
}

/** `xxxx-xxxx-…`, nine groups. */
export function formatAppPassword({ id, secret }: AppPassword): string {
  const rest = (numberOf(secret) << CHECK_BITS) | checkOf(id, secret);
  return (id + toText(rest, CHARACTERS - id.length)).replaceAll(/(.{4})(?=.)/g, '$1-');
}

/** Undefined for what is no app password of ours: then it may be an account password. */
export function parseAppPassword(typed: string): AppPassword | undefined {
  const plain = charactersOf(typed, CHARACTERS);
  if (plain === undefined) return undefined;
  const id = plain.slice(0, ID_CHARACTERS);
  const rest = fromText(plain.slice(ID_CHARACTERS));
  const secret = Buffer.from((rest >> CHECK_BITS).toString(16).padStart(32, '0'), 'hex');
  const check = rest & ((1n << CHECK_BITS) - 1n);
  return check === checkOf(id, secret) ? { id, secret } : undefined;
}

/** The public id alone, as typed from a list or from the beginning of the password. */
export function parseAppPasswordId(typed: string): string | undefined {
  return charactersOf(typed, ID_CHARACTERS);
}

/** What is stored: SHA-256 over id and secret, 32 octets. */
export function appPasswordVerifier({ id, secret }: AppPassword): Uint8Array {
  return createHash('sha256')
    .update(concat([utf8(id), secret]))
    .digest();
}

/** Whether this is the app password that the verifier was made of; in constant time. */
export function isAppPassword(password: AppPassword, verifier: Uint8Array): boolean {
  return equalConstantTime(appPasswordVerifier(password), verifier);
}

/** Exactly so many characters of the alphabet, in its own form. */
function charactersOf(typed: string, count: number): string | undefined {
  if (typed.length > MAX_TYPED_CHARACTERS) return undefined;
  const plain = typed
    .toLowerCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll(/[il]/g, '1')
    .replaceAll('o', '0');
  return plain.length === count && /^[0-9a-hjkmnp-tv-z]*$/.test(plain) ? plain : undefined;
}

function checkOf(id: string, secret: Uint8Array): bigint {
  const digest = createHash('sha256').update('check').update(id).update(secret).digest();
  return BigInt(digest.readUInt16BE(0)) >> (16n - CHECK_BITS);
}

function numberOf(octets: Uint8Array): bigint {
  return BigInt(`0x${hex(octets)}`);
}

/** The lowest `5 × length` bits, five to a character. */
function toText(value: bigint, length: number): string {
  return Array.from({ length }, (_, index) => {
    const shift = 5n * BigInt(length - 1 - index);
    return ALPHABET[Number((value >> shift) & 31n)]!;
  }).join('');
}

function fromText(text: string): bigint {
  let value = 0n;
  for (const character of text) value = (value << 5n) | BigInt(ALPHABET.indexOf(character));
  return value;
}
