/**
 * What greylisting remembers, for all nodes: keys that were put off, until they come again, and keys that are known since they did. Rows are
 * written when something is new or has become half as old as it may get, never with each message, so that none is hot.
 */
import type pg from 'pg';
import type { RowsStatement } from '#store/writer/batch';

/** Sixteen octets of a hash. */
export type GreylistKey = Uint8Array;

export interface Remembered {
  readonly key: GreylistKey;
  /** Calendar milliseconds. */
  readonly firstSeen: number;
  readonly expiresAt: number;
}

/** Those of the keys that are there. */
export async function rememberedAmong(
  pool: pg.Pool,
  keys: readonly GreylistKey[],
  now: number,
): Promise<readonly Remembered[]> {
  const { rows } = await pool.query<{ key: Buffer; firstSeen: number; expiresAt: number }>({
    name: 'greylist_remembered',
    text: `select key, extract(epoch from first_seen)::float8 * 1000 as "firstSeen",
             extract(epoch from expires_at)::float8 * 1000 as "expiresAt"
           from greylist where key = any($1::bytea[]) and expires_at > $2`,
    values: [keys.map((key) => Buffer.from(key)), new Date(now)],
  });
  return rows;
}

export interface PutOff {
  readonly keys: readonly GreylistKey[];
  /** Of the client: no network has more than so many keys waiting, whatever it sends. */
  readonly network: GreylistKey;
  readonly most: number;
  readonly now: number;
  readonly expiresAt: number;
}

/** A key that waits already waits on since when it came first. */
export async function notePutOff(
  pool: pg.Pool,
  { keys, network, most, now, expiresAt }: PutOff,
): Promise<void> {
  await pool.query({
    name: 'greylist_put_off',
    text: `insert into greylist (key, network, first_seen, expires_at)
           select key, $2, $3, $4 from unnest($1::bytea[]) as key
           where (select count(*) from (select from greylist where network = $2 limit $5) as waiting) < $5
           order by key
           on conflict (key) do update set network = excluded.network, first_seen = excluded.first_seen,
             expires_at = excluded.expires_at
           where greylist.expires_at <= excluded.first_seen`,
    values: [
      keys.map((key) => Buffer.from(key)),
      Buffer.from(network),
      new Date(now),
      new Date(expiresAt),
      most,
    ],
  });
}

/** In the transaction that takes a message: keys that are known from now on. */
export function rememberKnown(
  keys: readonly GreylistKey[],
  now: number,
  expiresAt: number,
): RowsStatement {
  return {
    name: 'greylist_known',
    text: `insert into greylist (key, first_seen, expires_at)
           select key, min(at), max(until) from unnest($1::bytea[], $2::timestamptz[], $3::timestamptz[]) as known(key, at, until)
           group by key order by key
           on conflict (key) do update set network = null, expires_at = excluded.expires_at`,
    columns: ['bytea', 'timestamptz', 'timestamptz'],
    rows: keys.map((key) => [key, now, expiresAt]),
  };
}

/** Those of the accounts that wrote to an address, as far as their newest messages tell. */
export async function wroteTo(
  pool: pg.Pool,
  accountIds: readonly string[],
  address: string,
): Promise<readonly string[]> {
  const { rows } = await pool.query<{ accountId: string }>({
    name: 'greylist_wrote_to',
    text: `select a.id::text as "accountId" from unnest($1::bigint[]) as a(id)
           where exists (
             select from (select message_id from submissions where account_id = a.id order by created_at desc limit $3) as sent
               join submission_recipients r using (message_id)
             where lower(r.forward_path) = $2)`,
    values: [accountIds, address, LOOKED_AT],
  });
  return rows.map(({ accountId }) => accountId);
}

/** Messages of an account: more is the work of a program, which waits for no reply. */
const LOOKED_AT = 500;

/** @returns how many rows went */
export async function sweepGreylist(pool: pg.Pool, now: number, most: number): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from greylist where key in (select key from greylist where expires_at <= $1 limit $2)`,
    [new Date(now), most],
  );
  return rowCount ?? 0;
}
