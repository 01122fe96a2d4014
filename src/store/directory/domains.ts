/**
 * Domains that are ours, with their DKIM keys. Each change is one statement or one transaction; callers say `directory` afterwards.
 */
import type pg from 'pg';
import { inTransaction } from '#store/transaction';

export interface NewDkimKey {
  readonly selector: string;
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256';
  /** PKCS #8 DER. */
  readonly privateKey: Uint8Array;
  readonly state: 'pending' | 'active';
}

export type DomainAdded =
  | { readonly kind: 'added'; readonly domainId: string }
  | { readonly kind: 'exists' };

/** Adds a domain (A-labels, lower case) of a tenant, with its keys. */
export function insertDomain(
  pool: pg.Pool,
  {
    name,
    tenantId,
    keys,
    now,
  }: { name: string; tenantId: string; keys: readonly NewDkimKey[]; now: number },
): Promise<DomainAdded> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `insert into domains (tenant_id, name, created_at) values ($1, $2, $3)
       on conflict (name) do nothing returning id`,
      [tenantId, name, new Date(now)],
    );
    const domain = rows[0];
    if (!domain) return { kind: 'exists' };
    for (const key of keys) await insertKey(client, domain.id, key, now);
    return { kind: 'added', domainId: domain.id };
  });
}

export type KeyAdded =
  | { readonly kind: 'added' }
  | { readonly kind: 'exists' }
  | { readonly kind: 'no-such-domain' };

/** Adds one key to a domain; a selector is used once. */
export function addDkimKey(
  pool: pg.Pool,
  domain: string,
  key: NewDkimKey,
  now: number,
): Promise<KeyAdded> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string; taken: boolean }>(
      `select d.id, exists (select from dkim_keys where domain_id = d.id and selector = $2) as taken
       from domains d where d.name = $1 for update of d`,
      [domain, key.selector],
    );
    if (!rows[0]) return { kind: 'no-such-domain' };
    if (rows[0].taken) return { kind: 'exists' };
    await insertKey(client, rows[0].id, key, now);
    return { kind: 'added' };
  });
}

async function insertKey(
  client: pg.ClientBase,
  domainId: string,
  key: NewDkimKey,
  now: number,
): Promise<void> {
  await client.query(
    `insert into dkim_keys (domain_id, selector, algorithm, private_key, state, created_at, activated_at)
     values ($1, $2, $3, $4, $5, $6, case when $5 = 'active' then $6::timestamptz end)`,
    [domainId, key.selector, key.algorithm, Buffer.from(key.privateKey), key.state, new Date(now)],
  );
}

export interface ListedKey {
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256';
  readonly state: 'pending' | 'active' | 'retired';
  readonly privateKey: Buffer;
  readonly createdAt: Date;
}

/** Keys of one domain or of all, newest first; the private key is there to derive the DNS record from. */
export async function listDkimKeys(
  pool: pg.Pool,
  domain: string | undefined,
): Promise<ListedKey[]> {
  const { rows } = await pool.query(
    `select d.name as domain, k.selector, k.algorithm, k.state, k.private_key as "privateKey", k.created_at as "createdAt"
     from dkim_keys k join domains d on d.id = k.domain_id
     where $1::text is null or d.name = $1 order by d.name, k.created_at desc, k.selector`,
    [domain ?? null],
  );
  return rows as ListedKey[];
}

export interface ListedDomain {
  readonly name: string;
  readonly tenant: string;
  readonly addresses: number;
  readonly createdAt: Date;
}

export async function listDomains(pool: pg.Pool): Promise<ListedDomain[]> {
  const { rows } = await pool.query(
    `select d.name, t.name as tenant, d.created_at as "createdAt",
       (select count(*)::integer from addresses where domain_id = d.id) as addresses
     from domains d join tenants t on t.id = d.tenant_id order by d.name`,
  );
  return rows as ListedDomain[];
}

export type DomainRemoved =
  | { readonly kind: 'removed' }
  | { readonly kind: 'no-such-domain' }
  | { readonly kind: 'in-use'; readonly addresses: readonly string[] };

/** Removes a domain without addresses. */
export function removeDomain(pool: pg.Pool, name: string): Promise<DomainRemoved> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      'select id from domains where name = $1 for update',
      [name],
    );
    const domain = rows[0];
    if (!domain) return { kind: 'no-such-domain' };
    const { rows: used } = await client.query<{ address: string }>(
      `select coalesce(local_part, '*') || '@' || $2 as address from addresses where domain_id = $1 order by 1 limit 20`,
      [domain.id, name],
    );
    if (used.length > 0) return { kind: 'in-use', addresses: used.map(({ address }) => address) };
    await client.query('delete from send_as where domain_id = $1', [domain.id]);
    await client.query('delete from domains where id = $1', [domain.id]);
    return { kind: 'removed' };
  });
}
