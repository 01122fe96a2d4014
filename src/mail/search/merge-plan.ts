/**
 * Which segments of an account to make one of. Sizes are of classes: below 8 emails, below 64, and so on. Eight of a class become one of
 * the next, so that an account has few segments and an email is written anew once a class; the largest stay as they are.
 * Called by index-account.ts.
 */

export const FAN_OUT = 8;
const CLASSES = 5;

/** The places of the segments to merge, the smallest first; undefined while there is nothing to merge. */
export function planMerge(sizes: readonly number[]): number[] | undefined {
  for (let size = 0; size < CLASSES; size++) {
    const places = [...sizes.keys()].filter((place) => classOf(sizes[place]!) === size);
    if (places.length >= FAN_OUT) return places;
  }
  return undefined;
}

function classOf(size: number): number {
  let limit = FAN_OUT;
  let found = 0;
  for (; size >= limit && found < CLASSES; found++) limit *= FAN_OUT;
  return found;
}
