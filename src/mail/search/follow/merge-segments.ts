/**
 * Writes one segment out of several, block by block, without the emails that are gone. No search sees it until it takes their place
 * at once; what an ended process leaves of it is removed when the account is next opened.
 * Called by index-account.ts.
 */
import { packNumbers, unpackNumbers } from '#mail/search/index/packed-numbers';
import type { Queryable } from '#store/query/queryable';
import { goneAmong } from '#store/search/behind';
import {
  addBlocks,
  beginMerge,
  blocksFrom,
  dropSegment,
  publishMerge,
  type StoredBlock,
  type StoredSegment,
} from '#store/search/segments';
import { mergedBlocks, type MergeSource } from './merge-blocks.ts';
import type { Pace } from './pace.ts';

/** Blocks of one segment that are read at once, and that are written at once. */
const READ_BLOCKS = 16;
const WRITE_BLOCKS = 32;

export interface MergeContext {
  readonly db: Queryable;
  readonly pace: Pace;
  readonly signal: AbortSignal;
}

/**
 * Merges; leaves everything as it was where another process or the end of the account came between, or the signal.
 * @returns whether it merged
 */
export async function mergeSegments(
  context: MergeContext,
  accountId: string,
  segments: readonly StoredSegment[],
): Promise<boolean> {
  const { db, signal } = context;
  const { emailIds, partial, numbers } = await numberAnew(db, segments);
  const merged = await beginMerge(db, accountId, {
    emails: emailIds.length,
    emailIds: packNumbers(emailIds),
    partial: packNumbers(partial),
  });
  if (merged === undefined) return false;
  const sources = segments.map(({ id }, i) => storedSource(db, id, numbers[i]!));
  await writeMerged(context, merged, sources, emailIds.length);
  const of = segments.map(({ id }) => id);
  const published = !signal.aborted && (await publishMerge(db, accountId, merged, of));
  if (!published || emailIds.length === 0) await dropSegment(db, merged);
  return published;
}

interface Numbering {
  readonly emailIds: readonly number[];
  readonly partial: readonly number[];
  /** For each segment the new number of each of its emails, -1 for those that are gone. */
  readonly numbers: readonly Int32Array[];
}

async function numberAnew(db: Queryable, segments: readonly StoredSegment[]): Promise<Numbering> {
  const emailIds: number[] = [];
  const partial: number[] = [];
  const numbers: Int32Array[] = [];
  for (const segment of segments) {
    const ids = Array.from(unpackNumbers(segment.emailIds));
    const gone = await goneAmong(db, ids);
    const own = Int32Array.from(ids, (id) => (gone.has(id) ? -1 : emailIds.push(id) - 1));
    numbers.push(own);
    for (const number of unpackNumbers(segment.partial))
      if (own[number]! >= 0) partial.push(own[number]!);
  }
  return { emailIds, partial, numbers };
}

function storedSource(db: Queryable, segmentId: string, numbers: Int32Array): MergeSource {
  let from = 0;
  return {
    numbers,
    async read() {
      const blocks = await blocksFrom(db, segmentId, from, READ_BLOCKS);
      from = (blocks.at(-1)?.firstKey ?? from) + 1;
      return blocks;
    },
  };
}

async function writeMerged(
  { db, pace, signal }: MergeContext,
  merged: string,
  sources: readonly MergeSource[],
  size: number,
): Promise<void> {
  let waiting: StoredBlock[] = [];
  for await (const block of mergedBlocks(sources, size, pace, signal)) {
    waiting.push(block);
    if (waiting.length < WRITE_BLOCKS) continue;
    // without its segment it cannot be published either
    if (!(await addBlocks(db, merged, waiting))) return;
    waiting = [];
  }
  await addBlocks(db, merged, waiting);
}
