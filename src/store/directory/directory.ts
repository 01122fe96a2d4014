/**
 * What a forward-path, a login or a sending domain leads to, read through a cache. A lookup that is kept answers without a promise,
 * since it happens for every recipient.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import type pg from 'pg';
import type { Notices } from '#store/database/notices';
import { DirectoryCache } from './cache.ts';
import { readPolicies, type PoliciesFound } from './domain-policies.ts';
import { readSrsSecrets } from './srs-secrets.ts';

/** What is behind an address of the form local part @ domain. */
export type Addressed =
  | { readonly kind: 'not-here' }
  | { readonly kind: 'unknown'; readonly tenantId: string }
  | {
      readonly kind: 'account';
      readonly accountId: string;
      readonly tenantId: string;
      /** The account's own address. */
      readonly name: string;
      readonly state: 'open' | 'disabled' | 'removed';
      readonly hasQuota: boolean;
      readonly rule: AddressRule;
    }
  | {
      readonly kind: 'alias';
      readonly tenantId: string;
      readonly targets: readonly string[];
      readonly rule: AddressRule;
    }
  /** postmaster@ or abuse@ of a domain here, while no account exists that could take it. */
  | { readonly kind: 'no-postmaster-yet'; readonly tenantId: string };

/** By which rule an address was found. */
export type AddressRule = 'exact' | 'subaddress' | 'role' | 'catch-all';

export interface SigningKey {
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256';
  readonly privateKey: KeyObject;
}

export interface Route {
  readonly domain: string;
  readonly host: string;
  readonly port: number;
  readonly tls: 'none' | 'opportunistic' | 'required' | 'verified' | 'implicit';
  readonly username: string | null;
  readonly password: string | null;
}

/** Addresses (comparison keys) and whole domains that a principal may write as. */
export interface SendAs {
  readonly addresses: ReadonlySet<string>;
  readonly domains: ReadonlySet<string>;
}

export class Directory {
  readonly #pool: pg.Pool;
  readonly #cache: DirectoryCache;

  constructor(pool: pg.Pool, notices: Notices) {
    this.#pool = pool;
    this.#cache = new DirectoryCache(pool, notices);
  }

  /**
   * @param localPart comparison key: NFC, lower case
   * @param domain A-labels, lower case; '' is the oldest domain here, for <postmaster> (RFC 5321 §4.5.1)
   */
  addressed(localPart: string, domain: string): Addressed | Promise<Addressed> {
    return this.#cache.get(`address ${localPart}@${domain}`, () =>
      lookUpAddress(this.#pool, localPart, domain),
    );
  }

  isLocalDomain(domain: string): boolean | Promise<boolean> {
    return this.#cache.get(`domain ${domain}`, async () => {
      const { rowCount } = await this.#pool.query('select from domains where name = $1', [domain]);
      return rowCount === 1;
    });
  }

  sendAs(principalId: string): SendAs | Promise<SendAs> {
    return this.#cache.get(`send-as ${principalId}`, () => lookUpSendAs(this.#pool, principalId));
  }

  /** The active DKIM keys of a domain, RSA first; none when it is not here. */
  signingKeys(domain: string): readonly SigningKey[] | Promise<readonly SigningKey[]> {
    return this.#cache.get(`keys ${domain}`, () => lookUpKeys(this.#pool, domain));
  }

  /** What a domain says of itself to others. */
  policies(domain: string): PoliciesFound | Promise<PoliciesFound> {
    return this.#cache.get(`policies ${domain}`, () => readPolicies(this.#pool, domain));
  }

  routes(): readonly Route[] | Promise<readonly Route[]> {
    return this.#cache.get('routes', async () => {
      const { rows } = await this.#pool.query(
        'select domain, host, port, tls, username, password from routes order by domain',
      );
      return rows as Route[];
    });
  }

  /** Of rewritten reverse-paths, the newest first. */
  srsSecrets(): readonly Uint8Array[] | Promise<readonly Uint8Array[]> {
    return this.#cache.get('srs secrets', () => readSrsSecrets(this.#pool));
  }

  close(): void {
    this.#cache.close();
  }
}

/** Octets and messages that an account still has room for; undefined where it has no such limit. */
export async function quotaLeft(
  pool: pg.Pool,
  accountId: string,
): Promise<{ bytes: number | undefined; messages: number | undefined }> {
  const { rows } = await pool.query<{ bytes: string | null; messages: string | null }>({
    name: 'quota_left',
    text: `select quota_bytes - used_bytes as bytes, quota_messages - used_messages as messages
           from accounts where id = $1`,
    values: [accountId],
  });
  const { bytes, messages } = rows[0] ?? { bytes: '0', messages: '0' };
  return {
    bytes: bytes === null ? undefined : Number(bytes),
    messages: messages === null ? undefined : Number(messages),
  };
}

/** The two that every domain must answer (RFC 5321 §4.5.1, RFC 2142), and where complaints are told to (docs/decisions/0036). */
const ROLES = new Set(['postmaster', 'abuse', 'fbl']);

interface AddressRow {
  tenantId: string;
  localPart: string | null;
  targets: string[] | null;
  accountId: string | null;
  name: string | null;
  state: 'open' | 'disabled' | 'removed' | null;
  hasQuota: boolean | null;
}

const ACCOUNT = `a.id as "accountId", a.name, a.quota_bytes is not null or a.quota_messages is not null as "hasQuota",
  case when a.removed_at is not null then 'removed' when a.disabled_at is not null then 'disabled' else 'open' end as state`;

/** The address itself, then without its subaddress, then the catch-all. */
const FIND_ADDRESS = `
  select d.tenant_id as "tenantId", x.local_part as "localPart", ${ACCOUNT},
    (select array_agg(target order by position) from alias_targets where address_id = x.id) as targets
  from domains d
    left join addresses x on x.domain_id = d.id and (x.local_part in ($1, $2) or x.local_part is null)
    left join accounts a on a.id = x.account_id
  where d.name = $3 or ($3 = '' and d.id = (select min(id) from domains))
  order by x.local_part is null, x.local_part = $1 desc`;

/** The domain's oldest open account, or else the tenant's. */
const FIND_POSTMASTER = `
  select d.tenant_id as "tenantId", ${ACCOUNT}
  from domains d join accounts a on a.tenant_id = d.tenant_id
  where (d.name = $1 or ($1 = '' and d.id = (select min(id) from domains))) and a.disabled_at is null and a.removed_at is null
  order by exists (select from addresses x where x.domain_id = d.id and x.account_id = a.id) desc, a.id limit 1`;

/** What `Directory.addressed` finds, by the database as it is now. */
export async function lookUpAddress(
  pool: Pick<pg.Pool, 'query'>,
  localPart: string,
  domain: string,
): Promise<Addressed> {
  const plus = localPart.indexOf('+');
  const base = plus > 0 ? localPart.slice(0, plus) : localPart;
  const { rows } = await pool.query<AddressRow>({
    name: 'find_address',
    text: FIND_ADDRESS,
    values: [localPart, base, domain],
  });
  const first = rows[0];
  if (!first) return { kind: 'not-here' };
  const found = rows.find(isAddress);
  const isRole = ROLES.has(localPart);
  if (found && !(isRole && found.localPart === null)) {
    const rule =
      found.localPart === null
        ? 'catch-all'
        : found.localPart === localPart
          ? 'exact'
          : 'subaddress';
    const addressed = addressedBy(found, rule);
    // a role whose account was disabled still needs somebody who reads it
    if (!(isRole && addressed.kind === 'account' && addressed.state !== 'open')) return addressed;
  }
  if (!isRole) return { kind: 'unknown', tenantId: first.tenantId };
  const { rows: postmasters } = await pool.query<AddressRow>({
    name: 'find_postmaster',
    text: FIND_POSTMASTER,
    values: [domain],
  });
  return postmasters[0]
    ? addressedBy(postmasters[0], 'role')
    : { kind: 'no-postmaster-yet', tenantId: first.tenantId };
}

/** Whether the left join found an address: an account or an alias with targets. */
function isAddress(row: AddressRow): boolean {
  return row.accountId !== null || row.targets !== null;
}

function addressedBy(row: AddressRow, rule: AddressRule): Addressed {
  if (row.accountId === null) {
    return { kind: 'alias', tenantId: row.tenantId, targets: row.targets ?? [], rule };
  }
  return {
    kind: 'account',
    accountId: row.accountId,
    tenantId: row.tenantId,
    name: row.name!,
    state: row.state!,
    hasQuota: row.hasQuota!,
    rule,
  };
}

async function lookUpSendAs(pool: pg.Pool, principalId: string): Promise<SendAs> {
  const { rows } = await pool.query<{ address: string | null; domain: string | null }>(
    `select s.address, d.name as domain from send_as s left join domains d on d.id = s.domain_id
     where s.principal_id = $1
        or s.principal_id in (select group_id from principal_members where member_id = $1)`,
    [principalId],
  );
  return {
    addresses: new Set(rows.flatMap(({ address }) => address ?? [])),
    domains: new Set(rows.flatMap(({ domain }) => domain ?? [])),
  };
}

async function lookUpKeys(pool: pg.Pool, domain: string): Promise<readonly SigningKey[]> {
  const { rows } = await pool.query<Omit<SigningKey, 'privateKey'> & { privateKey: Buffer }>(
    `select d.name as domain, k.selector, k.algorithm, k.private_key as "privateKey"
     from dkim_keys k join domains d on d.id = k.domain_id
     where d.name = $1 and k.state = 'active' order by k.algorithm desc, k.id`,
    [domain],
  );
  return rows.map(({ domain: name, selector, algorithm, ...row }) => ({
    domain: name,
    selector,
    algorithm,
    privateKey: createPrivateKey({ key: row.privateKey, format: 'der', type: 'pkcs8' }),
  }));
}
