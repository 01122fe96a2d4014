/**
 * The grams of one message: of all its text that SEARCH may look into (`protocol/message/part-text.ts`), folded.
 * Called by index-account.ts.
 */
import { foldText } from '#protocol/message/fold';
import { bodyText, headerText, type TextBudget } from '#protocol/message/part-text';
import type { Part } from '#protocol/message/structure';
import { addGrams } from './grams.ts';
import { KeySet } from './key-set.ts';
import type { EmailGrams } from './sorted-run.ts';

/**
 * Characters of a message that are indexed. A message with more is read by each search instead: reading more at once
 * would make everybody else wait for some tenths of a second.
 */
const MAX_CHARACTERS = 1024 * 1024;

export class MessageGrams {
  readonly #sets = [new KeySet(), new KeySet(), new KeySet(), new KeySet()] as const;

  /** Good until the next call; undefined where the message has more text than is indexed. */
  of(message: Uint8Array, root: Part): EmailGrams | undefined {
    const [headerNarrow, headerWide, bodyNarrow, bodyWide] = this.#sets;
    for (const set of this.#sets) set.clear();
    const budget: TextBudget = { left: MAX_CHARACTERS, cut: false };
    for (const text of headerText(message, root, budget))
      addGrams(foldText(text), headerNarrow, headerWide);
    for (const text of bodyText(message, root, budget))
      addGrams(foldText(text), bodyNarrow, bodyWide);
    if (budget.cut) return undefined;
    return [headerNarrow.keys, headerWide.keys, bodyNarrow.keys, bodyWide.keys];
  }
}
