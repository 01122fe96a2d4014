/**
 * What logins are verified against: a principal with its account password and its SCRAM keys. Salt and count of SCRAM belong to the
 * principal and never change; each password that may be used has keys under them. Called by `mail/accounts/`.
 */
import type pg from 'pg';
import type { Queryable } from '#store/query/queryable';

/** What is stored of an account password; both verifiers are set together. */
export interface PasswordVerifiers {
  /** PHC string. */
  readonly argon2: string;
  readonly scramStoredKey: Uint8Array;
  readonly scramServerKey: Uint8Array;
}

/** Sets the account password; whatever else the principal logs in with stays as it is. */
export async function setPassword(
  db: Queryable,
  principalId: string,
  password: PasswordVerifiers,
  now: number,
): Promise<void> {
  await db.query({
    text: `
      insert into credentials (principal_id, kind, scope, argon2, scram_stored_key, scram_server_key, created_at)
      values ($1, 'password', '{*}', $2, $3, $4, $5)
      on conflict (principal_id) where kind = 'password' do update set
        argon2 = excluded.argon2, scram_stored_key = excluded.scram_stored_key,
        scram_server_key = excluded.scram_server_key, created_at = excluded.created_at`,
    values: [
      principalId,
      password.argon2,
      Buffer.from(password.scramStoredKey),
      Buffer.from(password.scramServerKey),
      new Date(now),
    ],
  });
}

/** Who logs in. */
export interface LoginPrincipal {
  readonly principalId: string;
  readonly tenantId: string;
  readonly login: string;
  readonly scramSalt: Buffer;
  readonly scramIterations: number;
  /** The principal is, or its account is disabled or removed. */
  readonly disabled: boolean;
  /** The account whose name is the login; undefined for a principal that only shares others'. */
  readonly accountId: string | undefined;
}

/** What a login by an account password needs to be verified. */
export interface LoginRecord extends LoginPrincipal {
  readonly password: { readonly credentialId: string; readonly argon2: string } | undefined;
}

const PRINCIPAL = `p.id as "principalId", p.tenant_id as "tenantId", p.login, p.scram_salt as "scramSalt",
    p.scram_iterations as "scramIterations",
    p.disabled_at is not null or a.disabled_at is not null or a.removed_at is not null as disabled, a.id as "accountId"`;

const FIND_LOGIN = `
  select ${PRINCIPAL}, c.id as "credentialId", c.argon2
  from principals p
    left join accounts a on a.name = p.login
    left join credentials c on c.principal_id = p.id and c.kind = 'password'`;

/** @param login comparison key */
export function findLogin(pool: pg.Pool, login: string): Promise<LoginRecord | undefined> {
  return lookUpLogin(pool, {
    name: 'find_login',
    text: `${FIND_LOGIN} where p.login = $1`,
    values: [login],
  });
}

export function findLoginOf(pool: pg.Pool, principalId: string): Promise<LoginRecord | undefined> {
  return lookUpLogin(pool, {
    name: 'find_login_of',
    text: `${FIND_LOGIN} where p.id = $1`,
    values: [principalId],
  });
}

async function lookUpLogin(pool: pg.Pool, query: pg.QueryConfig): Promise<LoginRecord | undefined> {
  const { rows } = await pool.query<LoginPrincipal & NonNullable<LoginRecord['password']>>(query);
  const row = rows[0];
  if (!row) return undefined;
  const { credentialId, argon2, ...principal } = row;
  return {
    ...withoutNull(principal),
    password: credentialId ? { credentialId, argon2 } : undefined,
  };
}

/** SCRAM keys of one password. */
export interface CredentialKeys {
  readonly credentialId: string;
  readonly scope: readonly string[];
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/** What a login by SCRAM needs to be verified. */
export interface LoginKeys extends LoginPrincipal {
  /** Of the account password and of each app password. */
  readonly keys: readonly CredentialKeys[];
}

/**
 * @param login comparison key
 * @param limit of keys; the oldest come first
 */
export async function findLoginKeys(
  pool: pg.Pool,
  login: string,
  limit: number,
): Promise<LoginKeys | undefined> {
  const { rows } = await pool.query<LoginPrincipal & CredentialKeys>({
    name: 'find_login_keys',
    text: `
      select ${PRINCIPAL}, c.id as "credentialId", c.scope, c.scram_stored_key as "storedKey",
        c.scram_server_key as "serverKey"
      from principals p
        left join accounts a on a.name = p.login
        left join credentials c on c.principal_id = p.id
      where p.login = $1 order by c.id limit $2`,
    values: [login, limit],
  });
  const first = rows[0];
  if (!first) return undefined;
  const {
    credentialId,
    scope: _scope,
    storedKey: _storedKey,
    serverKey: _serverKey,
    ...principal
  } = first;
  return { ...withoutNull(principal), keys: credentialId ? rows : [] };
}

function withoutNull(principal: LoginPrincipal): LoginPrincipal {
  return { ...principal, accountId: principal.accountId ?? undefined };
}

/** Notes a login, at most every ten minutes, so that logging in writes little. */
export async function touchCredential(
  pool: pg.Pool,
  credentialId: string,
  now: number,
): Promise<void> {
  await pool.query({
    name: 'touch_credential',
    text: `update credentials set last_used_at = $2
           where id = $1 and (last_used_at is null or last_used_at < $2::timestamptz - interval '10 minutes')`,
    values: [credentialId, new Date(now)],
  });
}
