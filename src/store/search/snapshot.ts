/**
 * The search index of an account as searches read it, while the follower goes on. A segment never changes; a merge puts a larger one in
 * the place of some. So no transaction is held over several questions: each is one moment, and tells where a segment is gone meanwhile.
 * A segment is read by the blocks of the keys that are asked for, never whole.
 * Called by mail/search/index/ask-index.ts.
 */
import type { Queryable } from '#store/query/queryable';
import { storedBlock, type StoredBlock, type StoredSegment } from './segments.ts';

/** Keys from `low` to `high`, both included. */
export interface KeyRange {
  readonly low: number;
  readonly high: number;
}

export interface SearchIndex {
  /** Emails with a greater id are in no segment. */
  readonly indexedId: number;
  readonly segments: readonly StoredSegment[];
}

/** A segment was merged into another one since its name was read. */
export class SegmentGone extends Error {
  override readonly name = 'SegmentGone';
}

/** Undefined where the account has no index of this version. */
export async function readIndex(
  db: Queryable,
  accountId: string,
  version: number,
): Promise<SearchIndex | undefined> {
  const { rows } = await db.query({
    name: 'search_index',
    text: `select a.indexed_id, s.id, s.emails, s.email_ids as "emailIds", s.partial
           from search_accounts a left join search_segments s on s.account_id = a.account_id and s.published
           where a.account_id = $1 and a.version = $2 order by s.id`,
    values: [accountId, version],
  });
  const found = rows as ({ indexed_id: string } & (StoredSegment | { id: null }))[];
  if (found.length === 0) return undefined;
  const segments = found.filter((row) => row.id !== null);
  return { indexedId: Number(found[0]!.indexed_id), segments };
}

/**
 * Of each range the last block that starts at its low end or before, and those that start within it. Not prepared: its plan must know
 * how large the table is.
 */
const BLOCKS = `
  select t.there, b.segment_id, b.first_key, b.data
  from (select count(*) as there from search_segments where id = any($1::bigint[])) t
    left join (
      (select distinct s.id, k.first_key
       from unnest($1::bigint[]) as s(id) cross join unnest($2::bigint[], $3::bigint[]) as r(low, high)
         cross join lateral (
           (select first_key from search_blocks where segment_id = s.id and first_key <= r.low order by first_key desc limit 1)
           union all
           select first_key from search_blocks where segment_id = s.id and first_key > r.low and first_key <= r.high) k) w
      join search_blocks b on b.segment_id = w.id and b.first_key = w.first_key) on true
  order by b.segment_id, b.first_key`;

type BlockRow =
  | { there: string; segment_id: string; first_key: string; data: Buffer }
  | { there: string; segment_id: null };

/**
 * The blocks of segments that the keys of any range may be in, by segment, in the order of keys.
 * @throws SegmentGone where one of the segments is not there any more
 */
export async function readBlocks(
  db: Queryable,
  segmentIds: readonly string[],
  ranges: readonly KeyRange[],
): Promise<Map<string, StoredBlock[]>> {
  const { rows } = await db.query({
    text: BLOCKS,
    values: [segmentIds, ranges.map(({ low }) => low), ranges.map(({ high }) => high)],
  });
  const bySegment = new Map<string, StoredBlock[]>();
  for (const row of rows as BlockRow[]) {
    if (Number(row.there) < segmentIds.length) throw new SegmentGone();
    if (row.segment_id === null) continue;
    const blocks = bySegment.get(row.segment_id);
    if (blocks) blocks.push(storedBlock(row));
    else bySegment.set(row.segment_id, [storedBlock(row)]);
  }
  return bySegment;
}
