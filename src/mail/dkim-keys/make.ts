/** New pairs of DKIM keys under selectors that were never used. */
import { newDkimKeys } from '#mail/accounts/administer';
import type { NewDkimKey } from '#store/directory/dkim-keys';

/** Pairs of keys that one month may bring. */
export const MOST_IN_A_MONTH = 26;

/** r202611 and e202611, then r202611b, …; undefined where a month has used up its letters. */
export async function unusedDkimKeys(
  taken: ReadonlySet<string>,
  now: number,
): Promise<readonly NewDkimKey[] | undefined> {
  const month = new Date(now).toISOString().slice(0, 7).replace('-', '');
  for (let i = 0; i < MOST_IN_A_MONTH; i++) {
    const suffix = i === 0 ? '' : String.fromCodePoint(0x61 + i);
    if (['r', 'e'].some((letter) => taken.has(`${letter}${month}${suffix}`))) continue;
    return newDkimKeys(now, suffix);
  }
  return undefined;
}
