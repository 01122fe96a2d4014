/** What is different from what was told before. A value that only moves makes no difference, unless its check says so (`about`). Pure. */
import type { Result } from './result.ts';
import type { Status } from './status.ts';

export interface Mark {
  readonly status: Status;
  readonly finding: string;
  readonly about: string;
}

export interface Change {
  readonly result: Result;
  /** Undefined: it was never told. */
  readonly before: Mark | undefined;
}

export function keyOf({ id, subject }: Pick<Result, 'id' | 'subject'>): string {
  return `${id} ${subject}`;
}

/**
 * @param told by {@link keyOf}
 * @returns in the order of the results; what is well and was never told is no change, and neither is what could not be found out: an hour
 * without the DNS would send a letter, and another when it is back
 */
export function changesOf(
  results: readonly Result[],
  told: ReadonlyMap<string, Mark>,
): readonly Change[] {
  return results.flatMap((result): Change[] => {
    if (result.status === 'unknown') return [];
    const before = told.get(keyOf(result));
    if (before === undefined)
      return isTrouble(result.status) ? [{ result, before: undefined }] : [];
    return isSame(result, before) ? [] : [{ result, before }];
  });
}

/** From one kind of quiet to another nobody needs a letter. */
function isSame(now: Mark, before: Mark): boolean {
  if (!isTrouble(now.status) && !isTrouble(before.status)) return true;
  return (
    now.status === before.status && now.finding === before.finding && now.about === before.about
  );
}

export function isTrouble(status: Status): boolean {
  return status === 'warn' || status === 'fail';
}

/**
 * What is to be remembered as told: what could not be found out leaves what was told before as it is.
 */
export function toldAfter(results: readonly Result[]): readonly Result[] {
  return results.filter(({ status }) => status !== 'unknown');
}
