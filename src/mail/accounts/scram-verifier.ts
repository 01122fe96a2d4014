/**
 * What is stored of a password for SCRAM-SHA-256: StoredKey and ServerKey under the salt and count of the
 * principal (RFC 5802 §3), and what stands for a user who does not exist. Weaker against a stolen database
 * than Argon2id is: the price of mechanisms that never show the password to the server.
 */
import { createHmac } from 'node:crypto';
import { utf8 } from '#bytes';
import type { PreparedText } from '#protocol/sasl/prepared-text';
import { saltPassword, scramKeysOf } from '#protocol/sasl/scram-keys';
import type { ScramCredentials, ScramKeys } from '#protocol/sasl/scram-keys';

/**
 * The count for new principals. RFC 7677 §4 asks for 4,096 at least. Every login makes the client compute this,
 * some of them on a telephone or a printer (5 ms here, a second on the slowest), so it is kept near that;
 * ten times more would cost a thief of the database only ten times more, where Argon2id costs him thousands.
 */
export const SCRAM_ITERATIONS = 10_000;

export const SCRAM_SALT_OCTETS = 16;

/** What a principal's verifiers share; sent in clear to whoever names the user. */
export interface ScramSalt {
  readonly salt: Uint8Array;
  readonly iterations: number;
}

/** The keys to store for a password, computed on the thread pool. */
export async function makeScramKeys(
  password: PreparedText,
  { salt, iterations }: ScramSalt,
): Promise<ScramKeys> {
  return scramKeysOf(await saltPassword(password, salt, iterations));
}

/**
 * Credentials for a name that nobody has: the same salt whenever the same name is asked for, so that asking
 * twice does not tell, and keys that no password leads to.
 *
 * @param secret a key of this installation that outlives restarts and is the same on every node
 * @param name the name as it would be looked up: every way to write it must give one value
 * @param count of keys, as many as are tried for anybody
 */
export function madeUpScramCredentials(
  secret: Uint8Array,
  name: string,
  count: number,
): ScramCredentials {
  const derive = (purpose: string) =>
    createHmac('sha256', secret)
      .update(utf8(`${purpose}\0${name}`))
      .digest();
  const keys = { storedKey: derive('scram stored key'), serverKey: derive('scram server key') };
  return {
    salt: derive('scram salt').subarray(0, SCRAM_SALT_OCTETS),
    iterations: SCRAM_ITERATIONS,
    keys: Array.from({ length: count }, () => keys),
    known: false,
  };
}
