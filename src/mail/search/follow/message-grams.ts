/**
 * The grams of one message, and its text: all that SEARCH may look into (`protocol/message/body/part-text.ts`), folded.
 * Called by index-account.ts.
 */
import { FIELD_PLACES, addGrams, listsOf, LISTS, type Place } from '#mail/search/index/grams';
import type { Strings } from '#mail/search/message-texts';
import { ADDRESS_FIELDS, hiddenAddresses } from '#protocol/message/header/address-text';
import { fieldText } from '#protocol/message/header/field-text';
import { type Field, fieldsNamed, splitHeader } from '#protocol/message/header/fields';
import { foldText } from '#protocol/message/header/fold';
import { bodyText, headerText, type TextBudget } from '#protocol/message/body/part-text';
import type { Part } from '#protocol/message/structure';
import { KeySet } from './key-set.ts';
import type { EmailGrams } from './sorted-run.ts';

/**
 * Characters of a message that are indexed. A message with more is read by each search instead: reading more at once
 * would make everybody else wait for some tenths of a second.
 */
const MAX_CHARACTERS = 1024 * 1024;

export interface IndexedText {
  /** Good until the next call; undefined where the message has more text than is indexed. */
  readonly grams: EmailGrams | undefined;
  readonly strings: Strings;
}

export class MessageGrams {
  readonly #lists = Array.from({ length: LISTS }, () => new KeySet());
  #strings = emptyStrings();

  of(message: Uint8Array, root: Part): IndexedText {
    for (const list of this.#lists) list.clear();
    const strings = (this.#strings = emptyStrings());
    const budget: TextBudget = { left: MAX_CHARACTERS, cut: false };
    for (const text of headerText(message, root, budget)) this.#add('header', text);
    for (const text of bodyText(message, root, budget)) this.#add('body', text);
    const header = splitHeader(message.subarray(root.headerStart, root.bodyStart));
    for (const place of FIELD_PLACES)
      for (const field of fieldsNamed(header, place))
        for (const text of fieldTexts(message, field)) this.#add(place, text);
    return { grams: budget.cut ? undefined : this.#lists.map(({ keys }) => keys), strings };
  }

  #add(place: Place, text: string): void {
    const { narrow, wide } = listsOf(place);
    const folded = foldText(text);
    this.#strings[place].push(folded);
    addGrams(folded, this.#lists[narrow]!, this.#lists[wide]!);
  }
}

function emptyStrings(): Record<Place, string[]> {
  return { header: [], body: [], subject: [], from: [], to: [], cc: [] };
}

/** Where SEARCH looks for what is in a field: as `text-keys.ts` reads it. */
function fieldTexts(message: Uint8Array, field: Field): string[] {
  const hidden = ADDRESS_FIELDS.has(field.name.toLowerCase())
    ? hiddenAddresses(message, field)
    : [];
  return [fieldText(message, field), ...hidden];
}
