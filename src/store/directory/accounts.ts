/**
 * Accounts (what holds mail) and the principals who log in to them. A new account has its six mailboxes, its address, full rights for
 * its principal, and the right to write as that address.
 */
import type pg from 'pg';
import { inTransaction } from '#store/transaction';

/** What is stored of an account password; both verifiers are set together. */
export interface PasswordVerifiers {
  /** PHC string. */
  readonly argon2: string;
  readonly scramStoredKey: Uint8Array;
  readonly scramServerKey: Uint8Array;
}

export interface NewAccount {
  /** Comparison key of the local part and A-labels: the name, the login and the address. */
  readonly localPart: string;
  readonly domain: string;
  readonly scramSalt: Uint8Array;
  readonly scramIterations: number;
  readonly password: PasswordVerifiers;
  readonly quotaBytes: number | undefined;
  readonly now: number;
}

export type AccountAdded =
  | { readonly kind: 'added'; readonly accountId: string; readonly principalId: string }
  | { readonly kind: 'no-such-domain' }
  | { readonly kind: 'exists' };

const MAILBOXES = [
  ['INBOX', 'inbox'],
  ['Archive', 'archive'],
  ['Drafts', 'drafts'],
  ['Junk', 'junk'],
  ['Sent', 'sent'],
  ['Trash', 'trash'],
] as const;

export function insertAccount(pool: pg.Pool, account: NewAccount): Promise<AccountAdded> {
  return inTransaction(pool, async (client) => {
    const name = `${account.localPart}@${account.domain}`;
    const at = new Date(account.now);
    const { rows: domains } = await client.query<{ id: string; tenant_id: string; taken: boolean }>(
      `select d.id, d.tenant_id,
         exists (select from addresses where domain_id = d.id and local_part = $2)
         or exists (select from accounts where name = $3) or exists (select from principals where login = $3) as taken
       from domains d where d.name = $1 for update of d`,
      [account.domain, account.localPart, name],
    );
    const domain = domains[0];
    if (!domain) return { kind: 'no-such-domain' };
    if (domain.taken) return { kind: 'exists' };
    const principalId = await insertPrincipal(client, domain.tenant_id, name, account, at);
    const accountId = await insertHolder(client, domain.tenant_id, name, account, at);
    await client.query(
      'insert into addresses (domain_id, local_part, account_id, created_at) values ($1, $2, $3, $4)',
      [domain.id, account.localPart, accountId, at],
    );
    await client.query(
      `insert into account_rights (account_id, principal_id, rights) values ($1, $2, 'lrswipkxtecda')`,
      [accountId, principalId],
    );
    await client.query('insert into send_as (principal_id, address) values ($1, $2)', [
      principalId,
      name,
    ]);
    return { kind: 'added', accountId, principalId };
  });
}

async function insertPrincipal(
  client: pg.ClientBase,
  tenantId: string,
  login: string,
  { scramSalt, scramIterations, password }: NewAccount,
  at: Date,
): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `insert into principals (tenant_id, kind, login, scram_salt, scram_iterations, created_at)
     values ($1, 'person', $2, $3, $4, $5) returning id`,
    [tenantId, login, Buffer.from(scramSalt), scramIterations, at],
  );
  const id = rows[0]!.id;
  await client.query(SET_PASSWORD, passwordValues(id, password, at));
  return id;
}

async function insertHolder(
  client: pg.ClientBase,
  tenantId: string,
  name: string,
  { quotaBytes }: NewAccount,
  at: Date,
): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    'insert into accounts (tenant_id, name, quota_bytes, created_at) values ($1, $2, $3, $4) returning id',
    [tenantId, name, quotaBytes ?? null, at],
  );
  const id = rows[0]!.id;
  for (const [mailbox, role] of MAILBOXES) {
    await client.query(
      `insert into mailboxes (account_id, name, role, uidvalidity, modseq, created_modseq, created_at)
       values ($1, $2, $3, nextval('uidvalidity_seq'), 1, 1, $4)`,
      [id, mailbox, role, at],
    );
  }
  return id;
}

const SET_PASSWORD = `
  insert into credentials (principal_id, kind, scope, argon2, scram_stored_key, scram_server_key, created_at)
  values ($1, 'password', '{*}', $2, $3, $4, $5)
  on conflict (principal_id) where kind = 'password' do update set
    argon2 = excluded.argon2, scram_stored_key = excluded.scram_stored_key, scram_server_key = excluded.scram_server_key,
    created_at = excluded.created_at`;

function passwordValues(principalId: string, password: PasswordVerifiers, at: Date): unknown[] {
  return [
    principalId,
    password.argon2,
    Buffer.from(password.scramStoredKey),
    Buffer.from(password.scramServerKey),
    at,
  ];
}

export async function setPassword(
  pool: pg.Pool,
  principalId: string,
  password: PasswordVerifiers,
  now: number,
): Promise<void> {
  await pool.query(SET_PASSWORD, passwordValues(principalId, password, new Date(now)));
}

/** What a login needs to be verified. */
export interface LoginRecord {
  readonly principalId: string;
  readonly tenantId: string;
  readonly login: string;
  readonly scramSalt: Buffer;
  readonly scramIterations: number;
  readonly disabled: boolean;
  /** The account whose name is the login; undefined for a principal that only shares others'. */
  readonly accountId: string | undefined;
  readonly password:
    | {
        readonly credentialId: string;
        readonly argon2: string;
        readonly storedKey: Buffer;
        readonly serverKey: Buffer;
      }
    | undefined;
}

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

const FIND_LOGIN = `
  select p.id as "principalId", p.tenant_id as "tenantId", p.login, p.scram_salt as "scramSalt",
    p.scram_iterations as "scramIterations",
    p.disabled_at is not null or a.disabled_at is not null or a.removed_at is not null as disabled,
    a.id as "accountId", c.id as "credentialId", c.argon2, c.scram_stored_key as "storedKey",
    c.scram_server_key as "serverKey"
  from principals p
    left join accounts a on a.name = p.login
    left join credentials c on c.principal_id = p.id and c.kind = 'password'`;

async function lookUpLogin(pool: pg.Pool, query: pg.QueryConfig): Promise<LoginRecord | undefined> {
  const { rows } = await pool.query(query);
  const row = rows[0] as (LoginRecord & NonNullable<LoginRecord['password']>) | undefined;
  if (!row) return undefined;
  const { credentialId, argon2, storedKey, serverKey, ...record } = row;
  return {
    ...record,
    accountId: record.accountId ?? undefined,
    password: credentialId ? { credentialId, argon2, storedKey, serverKey } : undefined,
  };
}

export interface AppPasswordRecord {
  readonly credentialId: string;
  readonly principalId: string;
  readonly secretSha256: Buffer;
  readonly scope: readonly string[];
}

/** By the public id that an app password carries in front. */
export async function findAppPassword(
  pool: pg.Pool,
  publicId: string,
): Promise<AppPasswordRecord | undefined> {
  const { rows } = await pool.query({
    name: 'find_app_password',
    text: `select id as "credentialId", principal_id as "principalId", secret_sha256 as "secretSha256", scope
           from credentials where public_id = $1`,
    values: [publicId],
  });
  return rows[0] as AppPasswordRecord | undefined;
}

export async function insertAppPassword(
  pool: pg.Pool,
  password: {
    principalId: string;
    name: string;
    scope: readonly string[];
    publicId: string;
    secretSha256: Uint8Array;
    now: number;
  },
): Promise<void> {
  await pool.query(
    `insert into credentials (principal_id, kind, name, scope, public_id, secret_sha256, created_at)
     values ($1, 'app-password', $2, $3, $4, $5, $6)`,
    [
      password.principalId,
      password.name,
      password.scope,
      password.publicId,
      Buffer.from(password.secretSha256),
      new Date(password.now),
    ],
  );
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

export interface ListedAccount {
  readonly accountId: string;
  readonly name: string;
  readonly tenant: string;
  readonly state: 'open' | 'disabled' | 'removed';
  readonly messages: string;
  readonly bytes: string;
  readonly quotaBytes: string | null;
  readonly createdAt: Date;
}

const LISTED = `a.id as "accountId", a.name, t.name as tenant, a.used_messages as messages, a.used_bytes as bytes,
  a.quota_bytes as "quotaBytes", a.created_at as "createdAt",
  case when a.removed_at is not null then 'removed' when a.disabled_at is not null then 'disabled' else 'open' end as state`;

export async function listAccounts(pool: pg.Pool): Promise<ListedAccount[]> {
  const { rows } = await pool.query(
    `select ${LISTED} from accounts a join tenants t on t.id = a.tenant_id order by a.name`,
  );
  return rows as ListedAccount[];
}

export async function findAccount(pool: pg.Pool, name: string): Promise<ListedAccount | undefined> {
  const { rows } = await pool.query(
    `select ${LISTED} from accounts a join tenants t on t.id = a.tenant_id where a.name = $1`,
    [name],
  );
  return rows[0] as ListedAccount | undefined;
}

/** Disables (no login, no new mail) or opens an account again; false when there is none. */
export async function setDisabled(
  pool: pg.Pool,
  name: string,
  at: number | undefined,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    'update accounts set disabled_at = $2 where name = $1 and removed_at is null',
    [name, at === undefined ? null : new Date(at)],
  );
  return rowCount === 1;
}

/** Marks an account as removed; after its grace period `eraseRemoved` takes what it held. */
export async function markRemoved(pool: pg.Pool, name: string, now: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    'update accounts set removed_at = $2 where name = $1 and removed_at is null',
    [name, new Date(now)],
  );
  return rowCount === 1;
}

/**
 * Erases accounts that were removed before a time: mail, addresses, queue, credentials and what events say of persons.
 * @returns the names of the erased
 */
export async function eraseRemoved(pool: pg.Pool, removedBefore: number): Promise<string[]> {
  const { rows } = await pool.query<{ id: string; name: string }>(
    'select id, name from accounts where removed_at < $1 order by id',
    [new Date(removedBefore)],
  );
  for (const { id, name } of rows) await inTransaction(pool, (client) => erase(client, id, name));
  return rows.map(({ name }) => name);
}

const ERASE = [
  'select from accounts where id = $1 for update',
  `delete from queue_claims where message_id in (select id from queue_messages where account_id = $1)`,
  `delete from queue_recipients where message_id in (select id from queue_messages where account_id = $1)`,
  'delete from queue_messages where account_id = $1',
  `delete from submission_recipients where message_id in (select message_id from submissions where account_id = $1)`,
  'delete from submissions where account_id = $1',
  'delete from mailbox_entries where mailbox_id in (select id from mailboxes where account_id = $1)',
  'delete from expunged_entries where mailbox_id in (select id from mailboxes where account_id = $1)',
  'delete from emails where account_id = $1',
  'delete from thread_links where account_id = $1',
  'delete from tombstones where account_id = $1',
  'delete from addresses where account_id = $1',
  'update events set personal = null where account_id = $1',
] as const;

async function erase(client: pg.ClientBase, id: string, name: string): Promise<void> {
  for (const statement of ERASE) await client.query(statement, [id]);
  await client.query('delete from principals where login = $1', [name]);
  await client.query('delete from accounts where id = $1', [id]);
}
