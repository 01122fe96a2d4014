/**
 * Making and removing app passwords. The text is shown once to whoever asked for it; what is kept are its SHA-256 and its SCRAM keys
 * under the principal's salt. Every process hears of a change and forgets the logins that it remembers.
 */
import { storable } from '#bytes';
import type { PreparedText } from '#protocol/sasl/prepared-text';
import {
  deleteAppPassword,
  insertAppPassword,
  type AppPasswordInserted,
} from '#store/directory/app-passwords';
import { findLogin } from '#store/directory/credentials';
import type { AdministerContext } from './administer.ts';
import {
  APP_PASSWORD_RANDOM_OCTETS,
  appPasswordVerifier,
  makeAppPassword,
} from './app-password.ts';
import { EVERYTHING, type Scope } from './scope.ts';
import { makeScramKeys } from './scram-verifier.ts';

/**
 * Of one account. A SCRAM exchange tries every key that the account may have, for unknown names as many, so that the number bounds
 * what anybody can make the server compute: 25 keys take half a millisecond.
 */
export const MAX_APP_PASSWORDS = 24;

export const MAX_NAME_CHARACTERS = 100;

export type AppPasswordOutcome =
  | {
      readonly kind: 'made';
      /** Public. */
      readonly id: string;
      /** To be shown once and kept nowhere. */
      readonly text: string;
      readonly name: string;
      readonly scope: readonly string[];
      /** Calendar milliseconds. */
      readonly createdAt: number;
    }
  | { readonly kind: 'not-a-name' }
  | { readonly kind: Exclude<AppPasswordInserted, 'inserted'> };

/**
 * @param login comparison key of an account's name
 * @param name for people: the device or program that uses it
 * @param scopes empty is everything
 */
export async function addAppPassword(
  context: AdministerContext,
  login: string,
  name: string,
  scopes: readonly Scope[],
): Promise<AppPasswordOutcome> {
  if (!isName(name)) return { kind: 'not-a-name' };
  const principal = await findLogin(context.pool, login);
  if (!principal) return { kind: 'no-such-account' };
  const { text, ...made } = makeAppPassword(context.random(APP_PASSWORD_RANDOM_OCTETS));
  // letters, digits and hyphens of ASCII are their own prepared form (RFC 4013)
  const keys = await makeScramKeys(text as PreparedText, {
    salt: principal.scramSalt,
    iterations: principal.scramIterations,
  });
  const scope = scopes.length === 0 ? [EVERYTHING] : [...new Set(scopes)];
  const now = context.clock.now();
  const inserted = await insertAppPassword(
    context.pool,
    {
      login,
      name,
      scope,
      publicId: made.id,
      secretSha256: appPasswordVerifier(made),
      scramStoredKey: keys.storedKey,
      scramServerKey: keys.serverKey,
      now,
    },
    MAX_APP_PASSWORDS,
  );
  if (inserted !== 'inserted') return { kind: inserted };
  context.notices.say('directory');
  return { kind: 'made', id: made.id, text, name, scope, createdAt: now };
}

/** False when the login has no app password with this public id. */
export async function removeAppPassword(
  context: AdministerContext,
  login: string,
  publicId: string,
): Promise<boolean> {
  const removed = await deleteAppPassword(context.pool, login, publicId, context.clock.now());
  if (removed) context.notices.say('directory');
  return removed;
}

/** One line that people can read in a list. */
function isName(name: string): boolean {
  const length = Array.from(name).length;
  return (
    length > 0 &&
    length <= MAX_NAME_CHARACTERS &&
    name.trim() === name &&
    storable(name) === name &&
    !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)
  );
}
