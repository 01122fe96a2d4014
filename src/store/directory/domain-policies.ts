/** What a domain says of itself to others, where its owner decided something else than the usual. Callers say `directory` after a change. */
import type pg from 'pg';

export interface DomainPolicies {
  readonly mtaStsMode: 'none' | 'testing' | 'enforce';
  /** Seconds. */
  readonly mtaStsMaxAge: number;
  readonly dmarcPolicy: 'none' | 'quarantine' | 'reject';
}

export type PoliciesFound =
  | { readonly kind: 'no-such-domain' }
  /** Undefined: the usual ones. */
  | { readonly kind: 'domain'; readonly policies: DomainPolicies | undefined };

export async function readPolicies(pool: pg.Pool, domain: string): Promise<PoliciesFound> {
  const { rows } = await pool.query<{
    [Name in keyof DomainPolicies]: DomainPolicies[Name] | null;
  }>(
    `select p.mta_sts_mode as "mtaStsMode", p.mta_sts_max_age as "mtaStsMaxAge", p.dmarc_policy as "dmarcPolicy"
     from domains d left join domain_policies p on p.domain_id = d.id where d.name = $1`,
    [domain],
  );
  const [row] = rows;
  if (row === undefined) return { kind: 'no-such-domain' };
  const { mtaStsMode, mtaStsMaxAge, dmarcPolicy } = row;
  return mtaStsMode === null || mtaStsMaxAge === null || dmarcPolicy === null
    ? { kind: 'domain', policies: undefined }
    : { kind: 'domain', policies: { mtaStsMode, mtaStsMaxAge, dmarcPolicy } };
}

/** False when there is no such domain. */
export async function setPolicies(
  pool: pg.Pool,
  domain: string,
  policies: DomainPolicies,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `insert into domain_policies (domain_id, mta_sts_mode, mta_sts_max_age, dmarc_policy)
     select id, $2, $3, $4 from domains where name = $1
     on conflict (domain_id) do update set mta_sts_mode = excluded.mta_sts_mode,
       mta_sts_max_age = excluded.mta_sts_max_age, dmarc_policy = excluded.dmarc_policy`,
    [domain, policies.mtaStsMode, policies.mtaStsMaxAge, policies.dmarcPolicy],
  );
  return rowCount === 1;
}
