/**
 * Which segments of an account to make one of. Sizes are of classes; when there are enough of a class they become one of the next, so
 * that an account has few segments and an email is written anew once a class. The largest stay as they are.
 * Called by index-account.ts.
 */

/** Emails below which a segment is of a class, and how many of it are merged. The last is large, so that 50,000 emails never get there. */
const CLASSES = [
  { below: 8, merge: 8 },
  { below: 64, merge: 8 },
  { below: 512, merge: 8 },
  { below: 4096, merge: 8 },
  { below: 65_536, merge: 16 },
] as const;

/** The places of the segments to merge, the smallest first; undefined while there is nothing to merge. */
export function planMerge(sizes: readonly number[]): number[] | undefined {
  let from = 0;
  for (const { below, merge } of CLASSES) {
    const places = [...sizes.keys()].filter(
      (place) => sizes[place]! >= from && sizes[place]! < below,
    );
    if (places.length >= merge) return places.slice(0, merge);
    from = below;
  }
  return undefined;
}
