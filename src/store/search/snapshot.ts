/**
 * The search index of an account as it is at one moment, while the follower goes on. A segment is read by the blocks of the keys that
 * are asked for, never whole.
 * Called by mail/search/ask-index.ts.
 */
import type pg from 'pg';
import { segmentsOf, storedBlock, type StoredBlock, type StoredSegment } from './segments.ts';

/** Keys from `low` to `high`, both included. */
export interface KeyRange {
  readonly low: number;
  readonly high: number;
}

export interface IndexSnapshot {
  /** Emails with a greater id are in no segment. */
  readonly indexedId: number;
  readonly segments: readonly StoredSegment[];
  /** The blocks of segments that the keys of any range may be in, by segment, in the order of keys. */
  blocks(
    segmentIds: readonly string[],
    ranges: readonly KeyRange[],
  ): Promise<Map<string, StoredBlock[]>>;
}

/** Runs `work` on the index of an account; undefined when there is none of this version. */
export async function withIndexSnapshot<T>(
  pool: pg.Pool,
  accountId: string,
  version: number,
  work: (snapshot: IndexSnapshot) => Promise<T>,
): Promise<T | undefined> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query('begin transaction isolation level repeatable read read only');
    const { rows } = await client.query<{ indexed_id: string }>(
      'select indexed_id from search_accounts where account_id = $1 and version = $2',
      [accountId, version],
    );
    const row = rows[0];
    const result =
      row &&
      (await work({
        indexedId: Number(row.indexed_id),
        segments: await segmentsOf(client, accountId),
        blocks: (segmentIds, ranges) => readBlocks(client, segmentIds, ranges),
      }));
    await client.query('commit');
    broken = false;
    return result;
  } finally {
    client.release(broken);
  }
}

/**
 * Of each range the last block that starts at its low end or before, and those that start within it. Not prepared: its plan must know
 * how large the table is.
 */
const BLOCKS = `
  select b.segment_id, b.first_key, b.data
  from (select distinct s.id, k.first_key
        from unnest($1::bigint[]) as s(id) cross join unnest($2::bigint[], $3::bigint[]) as r(low, high)
          cross join lateral (
            (select first_key from search_blocks where segment_id = s.id and first_key <= r.low order by first_key desc limit 1)
            union all
            select first_key from search_blocks where segment_id = s.id and first_key > r.low and first_key <= r.high) k) w
    join search_blocks b on b.segment_id = w.id and b.first_key = w.first_key
  order by b.segment_id, b.first_key`;

async function readBlocks(
  client: pg.ClientBase,
  segmentIds: readonly string[],
  ranges: readonly KeyRange[],
): Promise<Map<string, StoredBlock[]>> {
  const { rows } = await client.query<{ segment_id: string; first_key: string; data: Buffer }>(
    BLOCKS,
    [segmentIds, ranges.map(({ low }) => low), ranges.map(({ high }) => high)],
  );
  const bySegment = new Map<string, StoredBlock[]>();
  for (const row of rows) {
    const blocks = bySegment.get(row.segment_id);
    if (blocks) blocks.push(storedBlock(row));
    else bySegment.set(row.segment_id, [storedBlock(row)]);
  }
  return bySegment;
}
