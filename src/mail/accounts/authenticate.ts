/**
 * Who logs in: account passwords and app passwords, shown (PLAIN, LOGIN) or proved (SCRAM), looked up by name. Unknown names cost the
 * same and get the same answer. Logins that were verified and permitted are remembered for minutes and forgotten on any change of
 * the directory, in this process at once and in others when they hear of it.
 */
import type { Clock } from '#clock';
import type { Log } from '#log';
import { mailboxKey } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import type { PreparedText } from '#protocol/sasl/prepared-text';
import type { ScramCredentials } from '#protocol/sasl/scram-keys';
import { findAppPassword } from '#store/directory/app-passwords';
import {
  findLogin,
  findLoginKeys,
  findLoginOf,
  touchCredential,
  type LoginPrincipal,
  type LoginRecord,
} from '#store/directory/credentials';
import type { Login } from '#mail/receive/envelope';
import type { Notices } from '#store/database/notices';
import type { Pool } from '#store/database/open';
import { MAX_APP_PASSWORDS } from './administer-app-passwords.ts';
import { isAppPassword, parseAppPassword } from './app-password.ts';
import { LoginCache } from './login-cache.ts';
import { PasswordHasher } from './password-hash.ts';
import { EVERYTHING, permits, type Scope } from './scope.ts';
import { madeUpScramCredentials } from './scram-verifier.ts';

export type LoginOutcome =
  | { readonly kind: 'login'; readonly login: Login }
  | { readonly kind: 'refused' }
  /** The password is right, and is not for this. */
  | { readonly kind: 'out-of-scope' }
  /** Too many hashes wait: try again. */
  | { readonly kind: 'busy' };

/** SCRAM: the credentials to check the proof against, and what each key leads to. */
export interface ScramLookup {
  readonly credentials: ScramCredentials;
  /** By the index of the key that was proved; the keys beyond these are nobody's. */
  readonly outcomes: readonly Extract<LoginOutcome, { kind: 'login' | 'out-of-scope' }>[];
}

/** Keys that a SCRAM exchange tries, whoever is named: the account password's and those of app passwords. */
const SCRAM_KEYS = 1 + MAX_APP_PASSWORDS;

export interface AuthenticatorOptions {
  readonly pool: Pool;
  readonly notices: Notices;
  readonly clock: Clock;
  readonly log: Log;
  /** 32 random octets of this process. */
  readonly cacheKey: Uint8Array;
  /** Of the installation. */
  readonly secret: Uint8Array;
}

export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #hasher = new PasswordHasher();
  readonly #cache: LoginCache<{ readonly login: Login; readonly scope: readonly string[] }>;
  readonly #stopListening: () => void;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#cache = new LoginCache({
      key: options.cacheKey,
      monotonic: () => options.clock.monotonic(),
    });
    this.#stopListening = options.notices.on('directory', () => this.#cache.forgetAll());
  }

  /** @throws when the database is out of reach */
  async checkPassword(
    name: PreparedText,
    password: PreparedText,
    scope: Scope,
  ): Promise<LoginOutcome> {
    const known = this.#cache.find(name, password);
    if (known) return outcomeOf(known.login, known.scope, scope);
    const ticket = this.#cache.ticket();
    const appPassword = parseAppPassword(password);
    const found = appPassword
      ? await this.#byAppPassword(name, appPassword)
      : await this.#byPassword(name, password);
    if (found.kind !== 'found') return { kind: found.kind };
    const outcome = outcomeOf(found.login, found.scope, scope);
    if (outcome.kind === 'login') {
      this.#cache.remember(ticket, name, password, found);
      this.#touch(found.login.credentialId);
    }
    return outcome;
  }

  /** @throws when the database is out of reach */
  async findScram(name: PreparedText, scope: Scope): Promise<ScramLookup> {
    const { pool, secret } = this.#options;
    const key = loginKey(name);
    const found = key === undefined ? undefined : await findLoginKeys(pool, key, SCRAM_KEYS);
    const madeUp = madeUpScramCredentials(secret, key ?? name, SCRAM_KEYS);
    if (found === undefined || !isUsable(found)) return { credentials: madeUp, outcomes: [] };
    return {
      credentials: {
        salt: found.scramSalt,
        iterations: found.scramIterations,
        keys: [...found.keys, ...madeUp.keys.slice(found.keys.length)],
        known: true,
      },
      outcomes: found.keys.map(({ credentialId, scope: scopes }) =>
        outcomeOf(loginOf(found, credentialId), scopes, scope),
      ),
    };
  }

  /** After a SCRAM proof was good. */
  noteScram(login: Login): void {
    this.#touch(login.credentialId);
  }

  close(): void {
    this.#stopListening();
    this.#hasher.close();
  }

  async #byPassword(name: PreparedText, password: PreparedText): Promise<Found> {
    const record = await this.#record(name);
    const usable = record !== undefined && isUsable(record);
    const verified = await this.#hasher.verify(
      password,
      usable ? record.password?.argon2 : undefined,
    );
    if (verified.kind === 'busy') return { kind: 'busy' };
    if (verified.kind === 'unreadable') {
      this.#options.log.error('login.unreadable-password', { principal: record?.principalId });
    }
    return verified.kind === 'match' && usable
      ? {
          kind: 'found',
          login: loginOf(record, record.password!.credentialId),
          scope: [EVERYTHING],
        }
      : { kind: 'refused' };
  }

  async #byAppPassword(
    name: PreparedText,
    given: NonNullable<ReturnType<typeof parseAppPassword>>,
  ): Promise<Found> {
    const stored = await findAppPassword(this.#options.pool, given.id);
    if (!stored || !isAppPassword(given, stored.secretSha256)) return { kind: 'refused' };
    const record = await findLoginOf(this.#options.pool, stored.principalId);
    if (!record || !isUsable(record) || record.login !== loginKey(name)) {
      return { kind: 'refused' };
    }
    return { kind: 'found', login: loginOf(record, stored.credentialId), scope: stored.scope };
  }

  async #record(name: PreparedText): Promise<LoginRecord | undefined> {
    const key = loginKey(name);
    return key === undefined ? undefined : await findLogin(this.#options.pool, key);
  }

  #touch(credentialId: string): void {
    const { pool, clock, log } = this.#options;
    touchCredential(pool, credentialId, clock.now()).catch((error: unknown) =>
      log.warn('login.not-noted', { error: (error as Error).message }),
    );
  }
}

type Found =
  | { readonly kind: 'found'; readonly login: Login; readonly scope: readonly string[] }
  | { readonly kind: 'refused' }
  | { readonly kind: 'busy' };

function outcomeOf(
  login: Login,
  scopes: readonly string[],
  scope: Scope,
): ScramLookup['outcomes'][number] {
  return permits(scopes, scope) ? { kind: 'login', login } : { kind: 'out-of-scope' };
}

/** Undefined for a name that no account can have. */
export function loginKey(name: PreparedText): string | undefined {
  const mailbox = parseMailbox(name);
  return mailbox && mailboxKey(mailbox);
}

/** A principal that may log in, and to what. */
type Usable<P extends LoginPrincipal> = P & { readonly accountId: string };

function isUsable<P extends LoginPrincipal>(principal: P): principal is Usable<P> {
  return !principal.disabled && principal.accountId !== undefined;
}

function loginOf(principal: Usable<LoginPrincipal>, credentialId: string): Login {
  return {
    principalId: principal.principalId,
    credentialId,
    tenantId: principal.tenantId,
    accountId: principal.accountId,
    name: principal.login,
  };
}
