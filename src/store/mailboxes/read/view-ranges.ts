/** Where octets of a view lie in its blob. Pure. */

/** `to` is exclusive. */
export interface BlobRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The ranges of the blob that make up octets `start` to `end` of what is visible of it.
 * @param hidden start, end, start, end, … rising, not overlapping
 */
export function blobRanges(
  blobSize: number,
  hidden: readonly number[],
  start: number,
  end: number,
): BlobRange[] {
  const ranges: BlobRange[] = [];
  /** Of the visible octets, where the piece at hand begins. */
  let seen = 0;
  let from = 0;
  for (let i = 0; i <= hidden.length && seen < end; i += 2) {
    const to = Math.min(hidden[i] ?? blobSize, blobSize);
    const first = from + Math.max(start - seen, 0);
    const last = Math.min(to, from + end - seen);
    if (first < last) ranges.push({ from: first, to: last });
    seen += Math.max(to - from, 0);
    from = Math.max(from, hidden[i + 1] ?? blobSize);
  }
  return ranges;
}
