/**
 * Which emails of a segment may have a needle: the bitmaps of its grams, each the union of the keys that stand for it, and all of them
 * together.
 * Called by ask-index.ts.
 */
import type { KeyRange } from '#store/search/snapshot';
import { entriesOf, type Block } from './block.ts';
import { addToBitmap } from './postings.ts';

/** A bit for each of `size` emails, all set. */
export function allEmails(size: number): Uint8Array {
  const bitmap = new Uint8Array((size + 7) >>> 3).fill(0xff);
  if (size % 8 !== 0) bitmap[bitmap.length - 1]! &= 0xff >>> (8 - (size % 8));
  return bitmap;
}

/**
 * Leaves in a bitmap of emails those that have each of the grams.
 * @param blocks those that keys of the grams may be in, in the order of their keys
 * @param grams of each one range at least
 */
export function keepThoseWith(
  bitmap: Uint8Array,
  blocks: readonly Block[],
  grams: readonly (readonly KeyRange[])[],
  size: number,
): void {
  for (const ranges of grams) {
    const having = new Uint8Array(bitmap.length);
    for (const { low, high } of ranges)
      for (const block of blocksOf(blocks, low, high))
        for (const entry of entriesOf(block, low, high)) addToBitmap(entry, having, size);
    for (let i = 0; i < bitmap.length; i++) bitmap[i]! &= having[i]!;
  }
}

/** Those that a key from `low` to `high` may be in. */
function blocksOf(blocks: readonly Block[], low: number, high: number): readonly Block[] {
  const first = blocks.findLastIndex(({ firstKey }) => firstKey <= low);
  const after = blocks.findIndex(({ firstKey }) => firstKey > high);
  return blocks.slice(Math.max(first, 0), after < 0 ? blocks.length : after);
}

export function countIn(bitmap: Uint8Array): number {
  let count = 0;
  for (let octet of bitmap) for (; octet !== 0; octet &= octet - 1) count++;
  return count;
}

/** Writes an answer for each email whose bit is set. */
export function addFound(bitmap: Uint8Array, found: Uint8Array, answer: number): void {
  for (let i = 0; i < bitmap.length; i++) {
    const octet = bitmap[i]!;
    const first = i * 8;
    if (octet === 0xff) found.fill(answer, first, first + 8);
    else if (octet !== 0)
      for (let bit = 0; bit < 8; bit++) if ((octet >>> bit) & 1) found[first + bit] = answer;
  }
}
