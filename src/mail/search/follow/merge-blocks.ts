/**
 * Merges the entries of several segments into blocks of one. Where they come from, the database or memory, is theirs to know.
 * Called by merge-segments.ts, index-account.ts.
 */
import { BlockWriter, entriesOf, type Block, type Entry } from '#mail/search/index/block';
import { readPosting } from '#mail/search/index/postings';
import type { Pace } from './pace.ts';

/** A segment that is merged, or one that was not stored yet. */
export interface MergeSource {
  /** The new number of each of its emails, -1 for those that are left out; new numbers rise from source to source. */
  readonly numbers: Int32Array;
  /** The next blocks in the order of their keys; empty at the end. */
  read(): Promise<readonly Block[]>;
}

/**
 * The blocks of the merged segment, ended early by the signal.
 * @param size how many emails it has
 */
export async function* mergedBlocks(
  sources: readonly MergeSource[],
  size: number,
  pace: Pace,
  signal: AbortSignal,
): AsyncGenerator<Block> {
  const cursors = sources.map((source) => new Cursor(source));
  const writer = new BlockWriter(size);
  const emails = new Uint32Array(size);
  while (!signal.aborted) {
    let key = Infinity;
    for (const cursor of cursors) {
      if (cursor.starved) await cursor.read();
      if (cursor.key < key) key = cursor.key;
    }
    if (key === Infinity) {
      yield writer.end();
      return;
    }
    let count = 0;
    for (const cursor of cursors) {
      if (cursor.key !== key) continue;
      count = readPosting(cursor.entry!, cursor.numbers, emails, count);
      cursor.next();
    }
    const full = count > 0 ? writer.add(key, emails, count) : undefined;
    if (!full) continue;
    yield full;
    await pace.rest(signal);
  }
}

/** The entries of a source one after another. */
class Cursor {
  readonly numbers: Int32Array;
  /** Infinite at the end, and while it is starved. */
  key = Infinity;
  entry: Entry | undefined;
  starved = true;
  readonly #source: MergeSource;
  #blocks: Block[] = [];
  #entries: Iterator<Entry> | undefined;

  constructor(source: MergeSource) {
    this.#source = source;
    this.numbers = source.numbers;
  }

  async read(): Promise<void> {
    this.#blocks = (await this.#source.read()).toReversed();
    this.starved = false;
    if (this.#blocks.length > 0) this.next();
  }

  next(): void {
    for (;;) {
      const step = this.#entries?.next();
      if (step && !step.done) {
        this.entry = step.value;
        this.key = step.value.key;
        return;
      }
      const block = this.#blocks.pop();
      this.#entries = block && entriesOf(block);
      if (!block) {
        this.starved = true;
        this.key = Infinity;
        return;
      }
    }
  }
}
