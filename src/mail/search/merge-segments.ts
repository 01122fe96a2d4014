/**
 * Writes one segment out of several, block by block, without the emails that are gone. No search sees it until it takes their place
 * at once; what an ended process leaves of it is removed when the account is next opened.
 * Called by index-account.ts.
 */
import type { Queryable } from '#store/blobs';
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
import { BlockWriter, entriesOf, type Entry } from './block.ts';
import { packNumbers, unpackNumbers } from './packed-numbers.ts';
import type { Pace } from './pace.ts';
import { readPosting } from './postings.ts';

/** Blocks of one segment that are read at once, and that are written at once. */
const READ_BLOCKS = 16;
const WRITE_BLOCKS = 32;

export interface MergeContext {
  readonly db: Queryable;
  readonly pace: Pace;
  readonly signal: AbortSignal;
}

/** Merges; leaves everything as it was where another process or the end of the account came between, or the signal. */
export async function mergeSegments(
  context: MergeContext,
  accountId: string,
  segments: readonly StoredSegment[],
): Promise<void> {
  const { db, signal } = context;
  const numbering = await numberAnew(db, segments);
  const merged = await beginMerge(db, accountId, {
    emails: numbering.emailIds.length,
    emailIds: packNumbers(numbering.emailIds),
    partial: packNumbers(numbering.partial),
  });
  if (merged === undefined) return;
  const cursors = segments.map(({ id }, i) => new SegmentCursor(id, numbering.numbers[i]!));
  await writeMerged(context, merged, cursors, numbering.emailIds.length);
  const of = segments.map(({ id }) => id);
  if (!signal.aborted && (await publishMerge(db, accountId, merged, of))) {
    if (numbering.emailIds.length > 0) return;
  }
  await dropSegment(db, merged);
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
    const ids = unpackNumbers(segment.emailIds);
    const gone = await goneAmong(db, ids);
    const own = Int32Array.from(ids, (id) => (gone.has(id) ? -1 : emailIds.push(id) - 1));
    numbers.push(own);
    for (const number of unpackNumbers(segment.partial))
      if (own[number]! >= 0) partial.push(own[number]!);
  }
  return { emailIds, partial, numbers };
}

async function writeMerged(
  { db, pace, signal }: MergeContext,
  merged: string,
  cursors: readonly SegmentCursor[],
  size: number,
): Promise<void> {
  const writer = new BlockWriter(size);
  const emails = new Uint32Array(size);
  let waiting: StoredBlock[] = [];
  const write = async (): Promise<boolean> => {
    const blocks = waiting;
    waiting = [];
    return addBlocks(db, merged, blocks);
  };
  pace.begin();
  for (;;) {
    for (const cursor of cursors) if (cursor.starved) await cursor.read(db);
    const key = cursors.reduce((least, { entry }) => Math.min(least, entry?.key ?? Infinity), Infinity);
    if (key === Infinity) break;
    let count = 0;
    for (const cursor of cursors) {
      if (cursor.entry?.key !== key) continue;
      count = readPosting(cursor.entry, cursor.numbers, emails, count);
      cursor.next();
    }
    const full = count > 0 ? writer.add(key, emails, count) : undefined;
    if (!full) continue;
    waiting.push(full);
    await pace.rest(signal);
    if (signal.aborted || (waiting.length >= WRITE_BLOCKS && !(await write()))) return;
  }
  waiting.push(writer.end());
  await write();
}

/** The entries of a segment one after another. */
class SegmentCursor {
  readonly numbers: Int32Array;
  readonly #segmentId: string;
  #blocks: StoredBlock[] = [];
  #nextKey = 0;
  #ended = false;
  #entries: Iterator<Entry> | undefined;
  #entry: Entry | undefined;

  constructor(segmentId: string, numbers: Int32Array) {
    this.#segmentId = segmentId;
    this.numbers = numbers;
  }

  /** Undefined at the end, and while it is starved. */
  get entry(): Entry | undefined {
    return this.#entry;
  }

  get starved(): boolean {
    return this.#entry === undefined && !this.#ended;
  }

  async read(db: Queryable): Promise<void> {
    this.#blocks = await blocksFrom(db, this.#segmentId, this.#nextKey, READ_BLOCKS);
    const last = this.#blocks.at(-1);
    if (last) {
      this.#nextKey = last.firstKey + 1;
      this.#blocks.reverse();
      this.next();
    } else this.#ended = true;
  }

  next(): void {
    for (;;) {
      const step = this.#entries?.next();
      if (step && !step.done) {
        this.#entry = step.value;
        return;
      }
      const block = this.#blocks.pop();
      this.#entries = block && entriesOf(block);
      this.#entry = undefined;
      if (!block) return;
    }
  }
}
