/**
 * App passwords: found by their public id, at most so many of a principal, made and removed with an event in the same transaction.
 * Called by `mail/accounts/`.
 */
import type pg from 'pg';
import { event, type Event } from '#events';
import { jsonText } from '#store/query/json';
import { inTransaction } from '#store/query/transaction';

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
  const { rows } = await pool.query<AppPasswordRecord>({
    name: 'find_app_password',
    text: `select id as "credentialId", principal_id as "principalId", secret_sha256 as "secretSha256", scope
           from credentials where public_id = $1`,
    values: [publicId],
  });
  return rows[0];
}

export interface NewAppPassword {
  /** Comparison key of the login that it is for. */
  readonly login: string;
  readonly name: string;
  readonly scope: readonly string[];
  readonly publicId: string;
  readonly secretSha256: Uint8Array;
  readonly scramStoredKey: Uint8Array;
  readonly scramServerKey: Uint8Array;
  readonly now: number;
}

export type AppPasswordInserted = 'inserted' | 'no-such-account' | 'too-many';

/** @param limit how many a principal may have, this one included */
export function insertAppPassword(
  pool: pg.Pool,
  password: NewAppPassword,
  limit: number,
): Promise<AppPasswordInserted> {
  return inTransaction(pool, async (client) => {
    const owner = await lockOwner(client, password.login);
    if (!owner) return 'no-such-account';
    const { rows } = await client.query<{ id: string }>(
      `insert into credentials (principal_id, kind, name, scope, public_id, secret_sha256, scram_stored_key, scram_server_key,
         created_at)
       select $1, 'app-password', $2, $3, $4, $5, $6, $7, $8
       where (select count(*) from credentials where principal_id = $1 and kind = 'app-password') < $9
       returning id`,
      [
        owner.principalId,
        password.name,
        password.scope,
        password.publicId,
        Buffer.from(password.secretSha256),
        Buffer.from(password.scramStoredKey),
        Buffer.from(password.scramServerKey),
        new Date(password.now),
        limit,
      ],
    );
    const made = rows[0];
    if (!made) return 'too-many';
    const { login, name, scope, publicId, now } = password;
    const ids = { accountId: owner.accountId, tenantId: owner.tenantId, credentialId: made.id };
    const fields = { public: { publicId, scope }, personal: { login, name } };
    await record(client, event('app-password.made', now, ids, fields));
    return 'inserted';
  });
}

/** False when the login has none with this id. */
export function deleteAppPassword(
  pool: pg.Pool,
  login: string,
  publicId: string,
  now: number,
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const owner = await lockOwner(client, login);
    if (!owner) return false;
    const { rows } = await client.query<{ id: string; name: string }>(
      `delete from credentials where principal_id = $1 and kind = 'app-password' and public_id = $2
       returning id, name`,
      [owner.principalId, publicId],
    );
    const removed = rows[0];
    if (!removed) return false;
    const ids = { accountId: owner.accountId, tenantId: owner.tenantId, credentialId: removed.id };
    const fields = { public: { publicId }, personal: { login, name: removed.name } };
    await record(client, event('app-password.removed', now, ids, fields));
    return true;
  });
}

export interface ListedAppPassword {
  readonly publicId: string;
  readonly name: string;
  readonly scope: readonly string[];
  readonly createdAt: Date;
  /** Null: never. */
  readonly lastUsedAt: Date | null;
}

/** Oldest first. */
export async function listAppPasswords(pool: pg.Pool, login: string): Promise<ListedAppPassword[]> {
  const { rows } = await pool.query<ListedAppPassword>(
    `select c.public_id as "publicId", c.name, c.scope, c.created_at as "createdAt", c.last_used_at as "lastUsedAt"
     from credentials c join principals p on p.id = c.principal_id
     where p.login = $1 and c.kind = 'app-password' order by c.id`,
    [login],
  );
  return rows;
}

interface Owner {
  readonly principalId: string;
  readonly tenantId: string;
  readonly accountId: string;
}

/** One change at a time, so that two at once do not pass the limit together. */
async function lockOwner(client: pg.ClientBase, login: string): Promise<Owner | undefined> {
  const { rows } = await client.query<Owner>(
    `select p.id as "principalId", p.tenant_id as "tenantId", a.id as "accountId"
     from principals p join accounts a on a.name = p.login
     where p.login = $1 and a.removed_at is null for no key update of p`,
    [login],
  );
  return rows[0];
}

async function record(client: pg.ClientBase, { type, at, ids, ...fields }: Event): Promise<void> {
  await client.query(
    `insert into events (xid, id, at, type, account_id, credential_id, tenant_id, fields, personal)
     values (pg_current_xact_id(), nextval('event_ids'), $1, $2, $3, $4, $5, $6, $7)`,
    [
      new Date(at),
      type,
      ids.accountId,
      ids.credentialId,
      ids.tenantId,
      jsonText(fields.public),
      jsonText(fields.personal),
    ],
  );
}
