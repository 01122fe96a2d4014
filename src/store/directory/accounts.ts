/**
 * Accounts (what holds mail) and the principals who log in to them. A new account has its six mailboxes, its address, full rights for
 * its principal, and the right to write as that address.
 */
import type pg from 'pg';
import { inTransaction } from '#store/query/transaction';
import { setPassword, type PasswordVerifiers } from './credentials.ts';
import { forgetSendAs } from './send-as.ts';

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
    // who could write as the address while it was nobody's has lost that
    await forgetSendAs(client, name);
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
  await setPassword(client, id, password, at.getTime());
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

export interface QuotaSet {
  readonly usedBytes: number;
  readonly usedMessages: number;
  /** Null is no limit. */
  readonly quotaBytes: number | null;
  readonly quotaMessages: number | null;
}

/**
 * What an account may hold. Undefined leaves a limit as it is, null takes it away; nothing goes from an account that holds more.
 * @returns what holds now; undefined where there is no such account
 */
export async function setQuota(
  pool: pg.Pool,
  name: string,
  { bytes, messages }: { bytes?: number | null | undefined; messages?: number | null | undefined },
): Promise<QuotaSet | undefined> {
  const { rows } = await pool.query<Record<keyof QuotaSet, string | null>>(
    `update accounts set
       quota_bytes = case when $2 then $3::bigint else quota_bytes end,
       quota_messages = case when $4 then $5::bigint else quota_messages end
     where name = $1 and removed_at is null
     returning used_bytes as "usedBytes", used_messages as "usedMessages", quota_bytes as "quotaBytes",
       quota_messages as "quotaMessages"`,
    [name, bytes !== undefined, bytes ?? null, messages !== undefined, messages ?? null],
  );
  const row = rows[0];
  const limit = (value: string | null): number | null => (value === null ? null : Number(value));
  return (
    row && {
      usedBytes: Number(row.usedBytes),
      usedMessages: Number(row.usedMessages),
      quotaBytes: limit(row.quotaBytes),
      quotaMessages: limit(row.quotaMessages),
    }
  );
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
 * Erases accounts that were removed before a time: mail, addresses, queue, credentials, dialogues and what events say of persons.
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

/** Messages of the account that are nobody else's story here. */
const ITS_OWN_MESSAGES = `
  select e.message_id from events e where e.account_id = $1 and e.message_id is not null
    and not exists (select from events o where o.message_id = e.message_id and o.account_id <> $1)`;

const ERASE = [
  'select from accounts where id = $1 for update',
  `delete from dialogues where message_id in (select message_id from submissions where account_id = $1)
     or message_id in (${ITS_OWN_MESSAGES})`,
  `update events set personal = null where account_id = $1 or message_id in (${ITS_OWN_MESSAGES})`,
  `delete from queue_claims where message_id in (select id from queue_messages where account_id = $1)`,
  `delete from queue_recipients where message_id in (select id from queue_messages where account_id = $1)`,
  'delete from queue_messages where account_id = $1',
  `delete from submission_recipients where message_id in (select message_id from submissions where account_id = $1)`,
  'delete from submissions where account_id = $1',
  'delete from account_days where account_id = $1',
  'delete from written_to where account_id = $1',
  'delete from mailbox_entries where mailbox_id in (select id from mailboxes where account_id = $1)',
  'delete from expunged_entries where email_id in (select id from emails where account_id = $1)',
  'delete from email_structures where email_id in (select id from emails where account_id = $1)',
  'delete from email_texts where email_id in (select id from emails where account_id = $1)',
  'delete from emails where account_id = $1',
  'delete from thread_links where account_id = $1',
  'delete from tombstones where account_id = $1',
  'delete from addresses where account_id = $1',
] as const;

async function erase(client: pg.ClientBase, id: string, name: string): Promise<void> {
  for (const statement of ERASE) await client.query(statement, [id]);
  await forgetSendAs(client, name);
  await client.query('delete from principals where login = $1', [name]);
  await client.query('delete from accounts where id = $1', [id]);
}
