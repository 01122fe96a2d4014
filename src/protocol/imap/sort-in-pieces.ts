/**
 * A stable sort that lets others work: pieces are sorted at once, then merged two by two.
 * Called by mail/search/find/sort-messages.ts, thread.ts.
 */

/** Called every few milliseconds of work: lets others work when it is time to. */
export type Pause = () => Promise<void> | undefined;

/** What is sorted or merged between two pauses: a millisecond or two. */
const PIECE = 1024;

export async function sortInPieces<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  pause: Pause,
): Promise<T[]> {
  let pieces: T[][] = [];
  for (let at = 0; at < items.length; at += PIECE) {
    pieces.push(items.slice(at, at + PIECE).sort(compare));
    await pause();
  }
  while (pieces.length > 1) {
    const merged: T[][] = [];
    for (let i = 0; i < pieces.length; i += 2) {
      const [left, right] = [pieces[i]!, pieces[i + 1]];
      merged.push(right ? await merge(left, right, compare, pause) : left);
    }
    pieces = merged;
  }
  return pieces[0] ?? [];
}

/** What is equal comes from the left. */
async function merge<T>(
  left: readonly T[],
  right: readonly T[],
  compare: (a: T, b: T) => number,
  pause: Pause,
): Promise<T[]> {
  if (compare(left.at(-1)!, right[0]!) <= 0) return left.concat(right);
  const merged: T[] = [];
  let [l, r] = [0, 0];
  while (l < left.length || r < right.length) {
    const takeLeft = r === right.length || (l < left.length && compare(left[l]!, right[r]!) <= 0);
    merged.push(takeLeft ? left[l++]! : right[r++]!);
    if (merged.length % PIECE === 0) await pause();
  }
  return merged;
}
