/**
 * Makes one segment of up to some thousand emails: sorted runs of some hundred, packed in memory, which are merged at the end, so that a
 * large backlog is written once and not once for each size of segment.
 * Called by index-account.ts.
 */
import type { Block } from '#mail/search/index/block';
import { packNumbers } from '#mail/search/index/packed-numbers';
import type { SegmentHead } from '#store/search/segments';
import { mergedBlocks, type MergeSource } from './merge-blocks.ts';
import type { Pace } from './pace.ts';
import { SortedRun, type EmailGrams } from './sorted-run.ts';

/** Octets of packed runs that are kept in memory: what 8,000 common messages take. */
const MAX_OCTETS = 12 * 1024 * 1024;

export class SegmentBatch {
  readonly #pace: Pace;
  readonly #signal: AbortSignal;
  readonly #emailIds: number[] = [];
  readonly #partial: number[] = [];
  readonly #runs: MergeSource[] = [];
  readonly #run = new SortedRun();
  #blocks: Block[] = [];
  #octets = 0;

  constructor(pace: Pace, signal: AbortSignal) {
    this.#pace = pace;
    this.#signal = signal;
  }

  get full(): boolean {
    return this.#octets >= MAX_OCTETS;
  }

  get head(): SegmentHead {
    return {
      emails: this.#emailIds.length,
      emailIds: packNumbers(this.#emailIds),
      partial: packNumbers(this.#partial),
    };
  }

  /**
   * @param grams undefined where the text could not be read to its end: any text may be in it
   * @returns a promise when a run was full and is packed before the next email
   */
  add(emailId: number, grams: EmailGrams | undefined): Promise<void> | undefined {
    const number = this.#emailIds.push(emailId) - 1;
    if (!grams) this.#partial.push(number);
    this.#run.add(grams);
    return this.#run.full ? this.#endRun() : undefined;
  }

  /** The blocks in the order of their keys; the batch is done after it. Fewer when the signal came. */
  async blocks(): Promise<readonly Block[]> {
    await this.#endRun();
    if (this.#runs.length <= 1) return this.#blocks;
    const size = this.#emailIds.length;
    const blocks: Block[] = [];
    for await (const block of mergedBlocks(this.#runs, size, this.#pace, this.#signal))
      blocks.push(block);
    return blocks;
  }

  async #endRun(): Promise<void> {
    if (this.#run.size === 0) return;
    const first = this.#emailIds.length - this.#run.size;
    const blocks: Block[] = [];
    for (const block of this.#run.blocks()) {
      blocks.push(block);
      this.#octets += block.data.length;
      await this.#pace.rest(this.#signal);
      if (this.#signal.aborted) return;
    }
    const numbers = Int32Array.from({ length: this.#run.size }, (_, i) => first + i);
    this.#blocks = blocks;
    let left: readonly Block[] = blocks;
    this.#runs.push({
      numbers,
      async read() {
        const all = left;
        left = [];
        return all;
      },
    });
    this.#run.clear();
  }
}
