/**
 * Questions about many ids, some after others: the next is under way while the answer to the one before is worked on.
 * Called by read-messages.ts, look-into-messages.ts.
 */

/** Waits for an answer and does with the time what it likes. */
export type Wait = <T>(answer: Promise<T>) => Promise<T>;

export interface AnswerPart<T> {
  /** The place of the first answer among the ids. */
  readonly at: number;
  readonly answers: readonly T[];
}

/** @param ask may answer for the first ids only, one at least */
export async function* readAhead<T>(
  ids: ArrayLike<number>,
  atOnce: number,
  ask: (ids: readonly number[]) => Promise<readonly T[]>,
  wait: Wait = (answer) => answer,
): AsyncGenerator<AnswerPart<T>> {
  const all = Array.from(ids);
  let next = all.length > 0 ? ask(all.slice(0, atOnce)) : undefined;
  for (let at = 0; next;) {
    const answers = await wait(next);
    const end: number = at + answers.length;
    next = end < all.length ? ask(all.slice(end, end + atOnce)) : undefined;
    // whoever stops early leaves this one unheard
    next?.catch(() => {});
    yield { at, answers };
    at = end;
  }
}
