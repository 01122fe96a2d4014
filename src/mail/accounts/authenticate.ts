/**
 * Who logs in: account passwords (Argon2id, SCRAM) and app passwords, looked up by name. Unknown names cost the same and get the same
 * answer. Verified logins are remembered for minutes and forgotten on any change of the directory.
 */
import type { Clock } from '#clock';
import type { Log } from '#log';
import { mailboxKey } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import type { PreparedText } from '#protocol/sasl/prepared-text';
import type { ScramCredentials } from '#protocol/sasl/scram-keys';
import {
  findAppPassword,
  findLogin,
  findLoginOf,
  touchCredential,
  type LoginRecord,
} from '#store/directory/accounts';
import type { Notices } from '#store/notices';
import type { Login } from '#mail/receive/envelope';
import { isAppPassword, parseAppPassword } from './app-password.ts';
import { LoginCache } from './login-cache.ts';
import { PasswordHasher } from './password-hash.ts';
import { madeUpScramCredentials } from './scram-verifier.ts';
import type { Pool } from '#store/open';

/** What a credential may be used for; `*` is everything. */
export type Scope = 'smtp' | 'imap' | 'jmap';

export type LoginOutcome =
  | { readonly kind: 'login'; readonly login: Login }
  | { readonly kind: 'refused' }
  /** Too many hashes wait: try again. */
  | { readonly kind: 'busy' };

/** SCRAM: the credentials to check the proof against, and the login it proves. */
export interface ScramLookup {
  readonly credentials: ScramCredentials;
  readonly login: Login | undefined;
}

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
    if (known) return permitted(known.login, known.scope, scope);
    const ticket = this.#cache.ticket();
    const appPassword = parseAppPassword(password);
    const found = appPassword
      ? await this.#byAppPassword(name, appPassword)
      : await this.#byPassword(name, password);
    if (found.kind !== 'found') return { kind: found.kind };
    this.#cache.remember(ticket, name, password, found.login.principalId, found);
    this.#touch(found.login.credentialId);
    return permitted(found.login, found.scope, scope);
  }

  /** @throws when the database is out of reach */
  async findScram(name: PreparedText): Promise<ScramLookup> {
    const record = await this.#record(name);
    if (!record?.password || record.disabled || record.accountId === undefined) {
      return {
        credentials: madeUpScramCredentials(this.#options.secret, loginKey(name) ?? name),
        login: undefined,
      };
    }
    const { storedKey, serverKey, credentialId } = record.password;
    return {
      credentials: {
        salt: record.scramSalt,
        iterations: record.scramIterations,
        keys: [{ storedKey, serverKey }],
        known: true,
      },
      login: loginOf(record, credentialId),
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
    const usable = record !== undefined && !record.disabled && record.accountId !== undefined;
    const verified = await this.#hasher.verify(
      password,
      usable ? record.password?.argon2 : undefined,
    );
    if (verified.kind === 'busy') return { kind: 'busy' };
    if (verified.kind === 'unreadable') {
      this.#options.log.error('login.unreadable-password', { principal: record?.principalId });
    }
    return verified.kind === 'match'
      ? { kind: 'found', login: loginOf(record!, record!.password!.credentialId), scope: ['*'] }
      : { kind: 'refused' };
  }

  async #byAppPassword(
    name: PreparedText,
    given: NonNullable<ReturnType<typeof parseAppPassword>>,
  ): Promise<Found> {
    const stored = await findAppPassword(this.#options.pool, given.id);
    if (!stored || !isAppPassword(given, stored.secretSha256)) return { kind: 'refused' };
    const record = await findLoginOf(this.#options.pool, stored.principalId);
    if (!record || record.disabled || record.login !== loginKey(name)) return { kind: 'refused' };
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

function permitted(login: Login, scopes: readonly string[], scope: Scope): LoginOutcome {
  return scopes.includes('*') || scopes.includes(scope)
    ? { kind: 'login', login }
    : { kind: 'refused' };
}

/** Undefined for a name that no account can have. */
function loginKey(name: PreparedText): string | undefined {
  const mailbox = parseMailbox(name);
  return mailbox && mailboxKey(mailbox);
}

function loginOf(record: LoginRecord, credentialId: string): Login {
  return {
    principalId: record.principalId,
    credentialId,
    tenantId: record.tenantId,
    accountId: record.accountId!,
    name: record.login,
  };
}
