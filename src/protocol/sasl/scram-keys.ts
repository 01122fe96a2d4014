/**
 * The computations of SCRAM-SHA-256 (RFC 5802 §3, RFC 7677): from a salted password to the keys that a server
 * keeps, and the proofs of both sides over one exchange. Called by both state machines and by whoever makes
 * the keys of an account.
 */
import { createHash, createHmac, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { equalConstantTime, utf8 } from '#bytes';
import type { PreparedText } from './prepared-text.ts';

/** Octets of SHA-256: of every key, signature and proof here. */
export const KEY_OCTETS = 32;

/** What a server keeps instead of the password; each 32 octets. */
export interface ScramKeys {
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

/** Everything a server needs of one user. All keys of a user share salt and count, which are sent in clear. */
export interface ScramCredentials {
  readonly salt: Uint8Array;
  readonly iterations: number;
  /** One for each password that may be used, at least one. */
  readonly keys: readonly ScramKeys[];
  /** False for made-up credentials of a user who does not exist: no proof is ever good enough. */
  readonly known: boolean;
}

const pbkdf2Async = promisify(pbkdf2);

/** SaltedPassword = Hi(password, salt, i): PBKDF2 on the thread pool, about half a microsecond an iteration. */
export async function saltPassword(
  password: PreparedText,
  salt: Uint8Array,
  iterations: number,
): Promise<Uint8Array> {
  return await pbkdf2Async(utf8(password), salt, iterations, KEY_OCTETS, 'sha256');
}

export function clientKeyOf(saltedPassword: Uint8Array): Uint8Array {
  return hmac(saltedPassword, utf8('Client Key'));
}

/** The keys to keep for a salted password. */
export function scramKeysOf(saltedPassword: Uint8Array): ScramKeys {
  return {
    storedKey: sha256(clientKeyOf(saltedPassword)),
    serverKey: hmac(saltedPassword, utf8('Server Key')),
  };
}

/** ClientProof = ClientKey XOR HMAC(StoredKey, AuthMessage). */
export function clientProof(saltedPassword: Uint8Array, authMessage: Uint8Array): Uint8Array {
  const clientKey = clientKeyOf(saltedPassword);
  return xor(clientKey, hmac(sha256(clientKey), authMessage));
}

/** Whether a proof was made with the password behind `storedKey`; in constant time. */
export function isProofOf(
  storedKey: Uint8Array,
  authMessage: Uint8Array,
  proof: Uint8Array,
): boolean {
  if (proof.length !== KEY_OCTETS) return false;
  const clientKey = xor(proof, hmac(storedKey, authMessage));
  return equalConstantTime(sha256(clientKey), storedKey);
}

/** The server's proof that it knows the keys, and so is whom the client meant. */
export function serverSignature(serverKey: Uint8Array, authMessage: Uint8Array): Uint8Array {
  return hmac(serverKey, authMessage);
}

function hmac(key: Uint8Array, data: Uint8Array): Uint8Array {
  return createHmac('sha256', key).update(data).digest();
}

function sha256(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest();
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((octet, index) => octet ^ b[index]!);
}
