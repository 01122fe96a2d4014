/** The block list of the practice Internet: offences of addresses, and listings. */
import type { Pool } from '#store/database/open';
import { inTransaction } from '#store/query/transaction';

export interface Offence {
  readonly address: string;
  readonly kind: string;
  /** Calendar milliseconds, as all times here. */
  readonly at: number;
  readonly detail: string;
}

export interface Listing {
  readonly address: string;
  readonly listedAt: number;
  readonly cause: string;
  readonly times: number;
  /** By hand; undefined: not yet. */
  readonly removedAt: number | undefined;
}

export interface BlockListRows {
  readonly offences: readonly Offence[];
  readonly listings: readonly Listing[];
}

/** @param since what is older does not count any more */
export async function readBlockList(pool: Pool, since: number): Promise<BlockListRows> {
  const offences = await pool.query<Omit<Offence, 'at'> & { at: Date }>(
    `select address, kind, at, detail from lab.block_list_offences where at >= $1 order by at, id`,
    [new Date(since)],
  );
  const listings = await pool.query<{
    address: string;
    listed_at: Date;
    cause: string;
    times: number;
    removed_at: Date | null;
  }>(`select address, listed_at, cause, times, removed_at from lab.block_list`);
  return {
    offences: offences.rows.map(({ address, kind, at, detail }) => ({
      address,
      kind,
      at: at.getTime(),
      detail,
    })),
    listings: listings.rows.map(({ address, cause, times, listed_at, removed_at }) => ({
      address,
      cause,
      times,
      listedAt: listed_at.getTime(),
      removedAt: removed_at?.getTime(),
    })),
  };
}

/** @param forget offences before this time go */
export async function keepOffence(
  pool: Pool,
  { address, kind, at, detail }: Offence,
  listing: Listing | undefined,
  forget: number,
): Promise<void> {
  await inTransaction(pool, async (db) => {
    await db.query({
      text: `insert into lab.block_list_offences (address, kind, at, detail) values ($1, $2, $3, $4)`,
      values: [address, kind, new Date(at), detail],
    });
    await db.query({
      text: `delete from lab.block_list_offences where at < $1`,
      values: [new Date(forget)],
    });
    if (listing !== undefined) await db.query(listingStatement(listing));
  });
}

export async function keepListing(pool: Pool, listing: Listing): Promise<void> {
  await pool.query(listingStatement(listing));
}

export async function forgetAddress(pool: Pool, address: string): Promise<void> {
  await inTransaction(pool, async (db) => {
    await db.query({
      text: 'delete from lab.block_list_offences where address = $1',
      values: [address],
    });
    await db.query({ text: 'delete from lab.block_list where address = $1', values: [address] });
  });
}

function listingStatement({ address, listedAt, cause, times, removedAt }: Listing) {
  return {
    text: `insert into lab.block_list (address, listed_at, cause, times, removed_at) values ($1, $2, $3, $4, $5)
           on conflict (address) do update set listed_at = excluded.listed_at, cause = excluded.cause,
             times = excluded.times, removed_at = excluded.removed_at`,
    values: [
      address,
      new Date(listedAt),
      cause,
      times,
      removedAt === undefined ? null : new Date(removedAt),
    ],
  };
}
