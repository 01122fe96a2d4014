/** Domains that are ours. Each change is one statement or one transaction; callers say `directory` afterwards. */
import type pg from 'pg';
import { inTransaction } from '#store/query/transaction';
import { insertKey, type NewDkimKey } from './dkim-keys.ts';
import { forgetSendAsOfDomain } from './send-as.ts';

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
    await forgetSendAsOfDomain(client, domain.id, name);
    await client.query('delete from domains where id = $1', [domain.id]);
    return { kind: 'removed' };
  });
}
