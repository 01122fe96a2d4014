/**
 * As whom a principal may write besides its own address: other addresses of domains here, or whole domains (`send_as`). An address that
 * becomes somebody's account, an alias that is removed and a domain that goes take such rights with them, so that none of them is
 * inherited by whoever has the name next. Callers say `directory` after a change.
 */
import type pg from 'pg';
import type { Queryable } from '#store/query/queryable';
import { inTransaction } from '#store/query/transaction';

/** Comparison key of an address, or all of a domain (A-labels). */
export interface SenderName {
  /** Null: every address of the domain. */
  readonly localPart: string | null;
  readonly domain: string;
}

export type SendAsGranted =
  | {
      readonly kind: 'granted';
      /** False: it was so already. */
      readonly isNew: boolean;
      /** Whether mail to the address has somewhere to go; a catch-all counts. */
      readonly isReceived: boolean;
    }
  | { readonly kind: 'no-such-account' }
  | { readonly kind: 'no-such-domain' };

/** @param account name of an account that is not removed */
export function grantSendAs(
  pool: pg.Pool,
  account: string,
  name: SenderName,
): Promise<SendAsGranted> {
  return inTransaction(pool, async (client) => {
    const principal = await principalOf(client, account);
    if (!principal) return { kind: 'no-such-account' };
    // held against its removal, which takes rights along
    const { rows } = await client.query<{ id: string; received: boolean }>(
      `select d.id, exists (
         select from addresses x where x.domain_id = d.id
           and (x.local_part is null or x.local_part in ($3, split_part($3, '+', 1)))) as received
       from domains d where d.name = $1 and d.tenant_id = $2 for share of d`,
      [name.domain, principal.tenantId, name.localPart],
    );
    const domain = rows[0];
    if (!domain) return { kind: 'no-such-domain' };
    const { rowCount } = await client.query(
      'insert into send_as (principal_id, address, domain_id) values ($1, $2, $3) on conflict do nothing',
      [principal.id, addressOf(name), name.localPart === null ? domain.id : null],
    );
    return {
      kind: 'granted',
      isNew: rowCount === 1,
      isReceived: name.localPart === null || domain.received,
    };
  });
}

export type SendAsRevoked =
  | { readonly kind: 'revoked' }
  | { readonly kind: 'no-such-account' }
  | { readonly kind: 'not-granted' }
  /** An account writes as itself as long as it is there. */
  | { readonly kind: 'its-own' };

export function revokeSendAs(
  pool: pg.Pool,
  account: string,
  name: SenderName,
): Promise<SendAsRevoked> {
  return inTransaction(pool, async (client) => {
    const principal = await principalOf(client, account);
    if (!principal) return { kind: 'no-such-account' };
    const address = addressOf(name);
    if (address === account) return { kind: 'its-own' };
    const { rowCount } = await client.query(
      `delete from send_as where principal_id = $1
         and (address = $2 or ($2::text is null and domain_id = (select id from domains where name = $3)))`,
      [principal.id, address, name.domain],
    );
    return { kind: rowCount === 1 ? 'revoked' : 'not-granted' };
  });
}

/** The principal that logs in to an account; its grants are changed one after the other. */
async function principalOf(
  client: pg.ClientBase,
  account: string,
): Promise<{ id: string; tenantId: string } | undefined> {
  const { rows } = await client.query<{ id: string; tenantId: string }>(
    `select p.id, p.tenant_id as "tenantId" from principals p join accounts a on a.name = p.login
     where p.login = $1 and a.removed_at is null for no key update of p`,
    [account],
  );
  return rows[0];
}

function addressOf({ localPart, domain }: SenderName): string | null {
  return localPart === null ? null : `${localPart}@${domain}`;
}

export interface ListedSendAs {
  readonly account: string;
  /** An address, or `*@domain`. */
  readonly sendAs: string;
  readonly isOwn: boolean;
}

/** By account, its own address first. @param account undefined: those of all accounts */
export async function listSendAs(
  db: Queryable,
  account: string | undefined,
): Promise<ListedSendAs[]> {
  const { rows } = await db.query({
    text: `select a.name as account, coalesce(s.address, '*@' || d.name) as "sendAs",
             s.address is not distinct from a.name as "isOwn"
           from accounts a join principals p on p.login = a.name join send_as s on s.principal_id = p.id
             left join domains d on d.id = s.domain_id
           where a.removed_at is null and ($1::text is null or a.name = $1)
           order by a.name, 3 desc, 2`,
    values: [account ?? null],
  });
  return rows as ListedSendAs[];
}

/** Which of these names are accounts, and whether each may write as somebody; in the order given. */
export async function accountsAmong(
  db: Queryable,
  names: readonly string[],
  name: SenderName,
): Promise<{ account: string; maySendAs: boolean }[]> {
  const { rows } = await db.query({
    text: `select a.name as account, exists (
             select from principals p join send_as s on s.principal_id = p.id left join domains d on d.id = s.domain_id
             where p.login = a.name and (s.address = $2 or d.name = $3)) as "maySendAs"
           from unnest($1::text[]) with ordinality as n(name, row) join accounts a on a.name = n.name
           where a.removed_at is null order by n.row`,
    values: [names, addressOf(name), name.domain],
  });
  return rows as { account: string; maySendAs: boolean }[];
}

/** Nobody may write as this address any more, save by a right to its whole domain. Part of a transaction of its caller. */
export async function forgetSendAs(client: pg.ClientBase, address: string): Promise<void> {
  await client.query('delete from send_as where address = $1', [address]);
}

/** The same of a whole domain and every address of it. */
export async function forgetSendAsOfDomain(
  client: pg.ClientBase,
  domainId: string,
  domain: string,
): Promise<void> {
  await client.query(
    `delete from send_as where domain_id = $1 or right(address, length($2::text) + 1) = '@' || $2`,
    [domainId, domain],
  );
}
