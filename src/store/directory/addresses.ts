/** Aliases: addresses that lead to other addresses, here or elsewhere. Callers say `directory` after a change. */
import type pg from 'pg';
import { inTransaction } from '#store/query/transaction';
import { lookUpAddress, type Directory } from './directory.ts';
import { forgetSendAs } from './send-as.ts';

export type AliasSet<Objection extends string = never> =
  | { readonly kind: 'set' | Objection }
  | { readonly kind: 'no-such-domain' }
  | { readonly kind: 'is-an-account' };

export interface NewAlias {
  readonly localPart: string | null;
  readonly domain: string;
  readonly targets: readonly string[];
  /** Calendar milliseconds. */
  readonly now: number;
}

/**
 * Makes an alias or replaces its targets.
 * @param localPart comparison key; null is the catch-all
 * @param targets mailboxes as RFC 5321 writes them, in order
 * @param judge what speaks against it, by what would be behind addresses with it: then all stays as it was
 */
export async function setAlias<Objection extends string = never>(
  pool: pg.Pool,
  alias: NewAlias,
  judge?: (addresses: Pick<Directory, 'addressed'>) => Promise<Objection | undefined>,
): Promise<AliasSet<Objection>> {
  const { localPart, domain, targets, now } = alias;
  let objection: Objection | undefined;
  return inTransaction<AliasSet<Objection>>(pool, async (client) => {
    const { rows: domains } = await client.query<{ id: string }>(
      'select id from domains where name = $1 for update',
      [domain],
    );
    const domainId = domains[0]?.id;
    if (domainId === undefined) return { kind: 'no-such-domain' };
    const { rows } = await client.query<{ id: string; account_id: string | null }>(
      `insert into addresses (domain_id, local_part, created_at) values ($1, $2, $3)
       on conflict (domain_id, local_part) do update set created_at = addresses.created_at returning id, account_id`,
      [domainId, localPart, new Date(now)],
    );
    const address = rows[0]!;
    if (address.account_id !== null) return { kind: 'is-an-account' };
    await client.query('delete from alias_targets where address_id = $1', [address.id]);
    await client.query(
      `insert into alias_targets (address_id, position, target)
       select $1, ordinality, target from unnest($2::text[]) with ordinality as t(target, ordinality)`,
      [address.id, targets],
    );
    objection = await judge?.({ addressed: (...by) => lookUpAddress(client, ...by) });
    if (objection !== undefined) throw new Error(`not set: ${objection}`);
    return { kind: 'set' };
  }).catch((error: unknown) => {
    if (objection === undefined) throw error;
    return { kind: objection };
  });
}

/** Takes along what lets accounts write as it; false when there is no such alias. */
export function removeAlias(
  pool: pg.Pool,
  localPart: string | null,
  domain: string,
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      `delete from addresses x using domains d
       where d.id = x.domain_id and d.name = $2 and x.local_part is not distinct from $1 and x.account_id is null`,
      [localPart, domain],
    );
    if (rowCount === 0) return false;
    if (localPart !== null) await forgetSendAs(client, `${localPart}@${domain}`);
    return true;
  });
}

export interface ListedAlias {
  /** `*` for the catch-all. */
  readonly localPart: string;
  readonly domain: string;
  readonly targets: readonly string[];
}

export async function listAliases(pool: pg.Pool): Promise<ListedAlias[]> {
  const { rows } = await pool.query(
    `select coalesce(x.local_part, '*') as "localPart", d.name as domain, array_agg(t.target order by t.position) as targets
     from addresses x join domains d on d.id = x.domain_id join alias_targets t on t.address_id = x.id
     group by x.id, d.name order by d.name, 1`,
  );
  return rows as ListedAlias[];
}
