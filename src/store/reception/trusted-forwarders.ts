/**
 * Domains of mailing lists and forwarders that are trusted to pass on mail of others: by everybody or by one account, set by hand or learned
 * (docs/decisions/0018). Asked only for mail that DMARC would refuse or set apart.
 */
import type pg from 'pg';
import type { Queryable } from '#store/query/queryable';

/** So many rescued messages make a forwarder trusted: one may be a mistake, or the trick of a sender. */
export const RESCUES_FOR_TRUST = 2;

export interface TrustedForwarder {
  readonly domain: string;
  /** The name of the account, null for all. */
  readonly account: string | null;
  readonly byHand: boolean;
  /** Messages moved out of Junk. */
  readonly rescued: number;
  readonly trusted: boolean;
  readonly createdAt: Date;
}

export interface Trust {
  /** Null: every account. */
  readonly accountId: string | null;
  readonly domain: string;
}

/** Those of these domains that the accounts trust, or everybody does. */
export async function trustedAmong(
  db: Queryable,
  accountIds: readonly string[],
  domains: readonly string[],
): Promise<Trust[]> {
  const { rows } = await db.query({
    name: 'trusted_among',
    text: `select account_id as "accountId", domain from trusted_forwarders
           where domain = any($1::text[]) and (account_id is null or account_id = any($2::bigint[]))
             and (by_hand or rescued >= $3)
           order by domain, account_id`,
    values: [domains, accountIds, RESCUES_FOR_TRUST],
  });
  return rows as Trust[];
}

/** By hand. */
export async function trustForwarder(
  pool: pg.Pool,
  { accountId, domain }: Trust,
  now: number,
): Promise<void> {
  await pool.query(
    `insert into trusted_forwarders (account_id, domain, by_hand, created_at) values ($1, $2, true, $3)
     on conflict (domain, account_id) do update set by_hand = true`,
    [accountId, domain, new Date(now)],
  );
}

/** False where there was none. */
export async function distrustForwarder(
  pool: pg.Pool,
  { accountId, domain }: Trust,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    'delete from trusted_forwarders where domain = $1 and account_id is not distinct from $2',
    [domain, accountId],
  );
  return rowCount === 1;
}

export async function listTrusted(pool: pg.Pool): Promise<TrustedForwarder[]> {
  const { rows } = await pool.query<TrustedForwarder>(
    `select t.domain, a.name as account, t.by_hand as "byHand", t.rescued, t.by_hand or t.rescued >= $1 as trusted,
       t.created_at as "createdAt"
     from trusted_forwarders t left join accounts a on a.id = t.account_id order by t.domain, a.name`,
    [RESCUES_FOR_TRUST],
  );
  return rows;
}

/** What is known of messages that an owner filed: where from, where to, and by which lists they came. */
export interface Filed {
  readonly from: string | null;
  readonly to: string | null;
  /** One for each message that DMARC kept out and that came by a list. */
  readonly lists: readonly string[];
}

/** Messages of one transfer that are looked at: who moves more at once tidies up. */
const MOST_FILED = 100;

/** @param uids of the messages in the mailbox `to` */
export async function filedMessages(
  pool: pg.Pool,
  accountId: string,
  { from, to, uids }: { readonly from: string; readonly to: string; readonly uids: Uint32Array },
): Promise<Filed> {
  const { rows } = await pool.query<Filed>({
    name: 'filed_messages',
    text: `select (select role from mailboxes where account_id = $1 and id = $2) as "from",
             (select role from mailboxes where account_id = $1 and id = $3) as "to",
             array(select v.personal ->> 'list' from mailbox_entries n join emails e on e.id = n.email_id
               join events v on v.message_id = e.message_id and v.type = 'message.judged' and v.personal ? 'list'
               where n.mailbox_id = $3 and n.uid = any($4::bigint[]) order by n.uid) as lists`,
    values: [accountId, from, to, [...uids.subarray(0, MOST_FILED)]],
  });
  return rows[0]!;
}

/** An owner moved messages that came by these forwarders out of Junk, one domain for each message. */
export async function noteRescued(
  pool: pg.Pool,
  accountId: string,
  domains: readonly string[],
  now: number,
): Promise<void> {
  await pool.query(
    `insert into trusted_forwarders (account_id, domain, by_hand, rescued, created_at)
     select $1, domain, false, count(*), $3 from unnest($2::text[]) as domain group by domain order by domain
     on conflict (domain, account_id) do update set rescued = trusted_forwarders.rescued + excluded.rescued`,
    [accountId, domains, new Date(now)],
  );
}

/** An owner moved such messages into Junk: what was learned is forgotten, what was set by hand stays. */
export async function noteJunked(
  pool: pg.Pool,
  accountId: string,
  domains: readonly string[],
): Promise<void> {
  await pool.query(
    'delete from trusted_forwarders where account_id = $1 and domain = any($2::text[]) and not by_hand',
    [accountId, domains],
  );
}
