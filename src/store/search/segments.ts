/**
 * The rows of the search index. Each function that changes something is one statement, so that it happens whole or not at all, and
 * each names the state that it starts from: a second process at the same account changes nothing and is told so.
 * Called by mail/search/.
 */
import { view } from '#bytes';
import { columnSize, writeColumn, type ColumnType } from '#store/query/arrays';
import type { Queryable } from '#store/query/queryable';

/** A row of `search_blocks`. */
export interface StoredBlock {
  readonly firstKey: number;
  readonly data: Uint8Array;
}

/** What a segment is besides its blocks. */
export interface SegmentHead {
  /** How many emails it has. */
  readonly emails: number;
  readonly emailIds: Uint8Array;
  readonly partial: Uint8Array;
}

export interface StoredSegment extends SegmentHead {
  readonly id: string;
}

/**
 * Up to which email an account is indexed, 0 for one that never was. Segments of another version go, and what an ended process left
 * of a merge; call as the only process at this account. Undefined when there is no such account.
 */
export async function openIndex(
  db: Queryable,
  accountId: string,
  version: number,
): Promise<number | undefined> {
  const { rows } = await db.query({
    name: 'open_search_index',
    text: `select indexed_id, exists (select from search_segments where account_id = $1 and not published) as unfinished
           from search_accounts where account_id = $1 and version = $2`,
    values: [accountId, version],
  });
  const row = (rows as { indexed_id: string; unfinished: boolean }[])[0];
  if (row && !row.unfinished) return Number(row.indexed_id);
  await db.query({
    text: `delete from search_segments s using search_accounts a
           where s.account_id = $1 and a.account_id = $1 and (a.version <> $2 or not s.published)`,
    values: [accountId, version],
  });
  return row ? Number(row.indexed_id) : beginIndex(db, accountId, version);
}

async function beginIndex(
  db: Queryable,
  accountId: string,
  version: number,
): Promise<number | undefined> {
  const { rows } = await db.query({
    text: `insert into search_accounts (account_id, version, indexed_id)
           select id, $2, 0 from accounts where id = $1 for key share
           on conflict (account_id) do update set version = $2,
             indexed_id = case when search_accounts.version = $2 then search_accounts.indexed_id else 0 end
           returning indexed_id`,
    values: [accountId, version],
  });
  // another process may have begun it meanwhile, and be on its way
  const row = (rows as { indexed_id: string }[])[0];
  return row && Number(row.indexed_id);
}

/**
 * Adds a segment, unless it is empty, and moves the account on from `after` to `upTo`.
 * @returns false when the account no longer stands at `after`: nothing was added
 */
export async function addSegment(
  db: Queryable,
  accountId: string,
  { after, upTo }: { after: number; upTo: number },
  { emails, emailIds, partial }: SegmentHead,
  blocks: readonly StoredBlock[],
): Promise<boolean> {
  const { rows } = await db.query({
    name: 'add_search_segment',
    text: `with account as (
             update search_accounts set indexed_id = $3 where account_id = $1 and indexed_id = $2 returning account_id),
           segment as (
             insert into search_segments (account_id, published, emails, email_ids, partial)
             select account_id, true, $4, $5, $6 from account where $4 > 0 returning id),
           block as (
             insert into search_blocks (segment_id, first_key, data)
             select segment.id, b.key, b.data from segment, unnest($7::bigint[], $8::bytea[]) as b(key, data))
           select from account`,
    values: [accountId, after, upTo, emails, view(emailIds), view(partial), ...arrays(blocks)],
  });
  return rows.length === 1;
}

/** The published segments of an account. */
export async function segmentsOf(db: Queryable, accountId: string): Promise<StoredSegment[]> {
  const { rows } = await db.query({
    name: 'search_segments',
    text: `select id, emails, email_ids as "emailIds", partial from search_segments
           where account_id = $1 and published order by id`,
    values: [accountId],
  });
  return rows as StoredSegment[];
}

/** A segment that no search sees yet, without blocks. Undefined when the account is gone. */
export async function beginMerge(
  db: Queryable,
  accountId: string,
  { emails, emailIds, partial }: SegmentHead,
): Promise<string | undefined> {
  const { rows } = await db.query({
    text: `insert into search_segments (account_id, published, emails, email_ids, partial)
           select account_id, false, $2, $3, $4 from search_accounts where account_id = $1 for key share
           returning id`,
    values: [accountId, emails, view(emailIds), view(partial)],
  });
  return (rows as { id: string }[])[0]?.id;
}

/** @returns false when the segment is gone: nothing was added */
export async function addBlocks(
  db: Queryable,
  segmentId: string,
  blocks: readonly StoredBlock[],
): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'add_search_blocks',
    text: `with segment as (select id from search_segments where id = $1 and not published for key share)
           insert into search_blocks (segment_id, first_key, data)
           select segment.id, b.key, b.data from segment, unnest($2::bigint[], $3::bytea[]) as b(key, data)`,
    values: [segmentId, ...arrays(blocks)],
  });
  return rowCount === blocks.length;
}

/**
 * Puts a merge in the place of the segments that it was made of.
 * @returns false when one of them is no longer there: nothing was changed
 */
export async function publishMerge(
  db: Queryable,
  accountId: string,
  merged: string,
  of: readonly string[],
): Promise<boolean> {
  // the lock on the account's row keeps a second process from doing the same in between
  const { rows } = await db.query({
    text: `with account as materialized (
             select account_id from search_accounts where account_id = $1 for update),
           old as materialized (
             select s.id from account join search_segments s using (account_id)
             where s.id = any($3::bigint[]) and s.published for update of s),
           published as (
             update search_segments set published = true
             where id = $2 and not published and (select count(*) from old) = cardinality($3::bigint[])
             returning id),
           gone as (
             delete from search_segments where id in (select id from old) and exists (select from published))
           select id from published`,
    values: [accountId, merged, of],
  });
  return rows.length === 1;
}

/** Takes a segment away that has no email any more, or a merge that is not to be published. */
export async function dropSegment(db: Queryable, segmentId: string): Promise<void> {
  await db.query({ text: 'delete from search_segments where id = $1', values: [segmentId] });
}

/** Up to `limit` blocks of a segment from `firstKey` on, in the order of their keys. */
export async function blocksFrom(
  db: Queryable,
  segmentId: string,
  firstKey: number,
  limit: number,
): Promise<StoredBlock[]> {
  const { rows } = await db.query({
    name: 'search_blocks_from',
    text: `select first_key, data from search_blocks
           where segment_id = $1 and first_key >= $2 order by first_key limit $3`,
    values: [segmentId, firstKey, limit],
  });
  return (rows as { first_key: string; data: Buffer }[]).map(storedBlock);
}

export function storedBlock(row: { first_key: string; data: Buffer }): StoredBlock {
  return { firstKey: Number(row.first_key), data: row.data };
}

const COLUMNS = ['bigint', 'bytea'] as const satisfies readonly ColumnType[];

/** Keys and data as arrays in binary form. */
function arrays(blocks: readonly StoredBlock[]): Buffer[] {
  const rows = blocks.map(({ firstKey, data }) => [firstKey, data] as const);
  return COLUMNS.map((type, column) => {
    const array = Buffer.allocUnsafe(columnSize(type, rows, column));
    writeColumn(array, 0, type, rows, column);
    return array;
  });
}
