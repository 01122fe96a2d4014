/**
 * What the search index holds of a text, and what it can tell of a needle. Units are UTF-16 code units of folded text. At each
 * place of a text starts one gram: three units where the script has few of them, so that two would say little, else two:
 *
 * - narrow: two units below U+05FF, and the next one, or OTHER where that is wide, or END. A number of base 1535 + 1.
 * - wide: one unit and the next or END, where one of them is not narrow. 16 bits each.
 *
 * Grams sort by their first units, so those that start with one unit or two are a range: needles of one or two units are answered
 * exactly, whatever their script, as are three narrow ones. A longer needle gives grams that all of its messages have.
 */

/** Latin, Greek, Cyrillic, Hebrew lie below it. 1536³ is just under 2³². */
const BASE = 0x600;
const OTHER = BASE - 1;
const END = 0;
const WIDE_STEP = 0x1_0000;
/** What stands for U+0000, which means END; a needle with either is never told exactly. */
const NUL_STAND_IN = 0xfffd;

/** Where a text can be: in a header with the names of its fields, in a body, or the value of one of the fields most asked for. */
export const PLACES = ['header', 'body', 'subject', 'from', 'to', 'cc'] as const;
export type Place = (typeof PLACES)[number];
export const FIELD_PLACES = ['subject', 'from', 'to', 'cc'] as const satisfies readonly Place[];

/** Each place has two lists of grams in a segment, narrow and wide ones; a key in the index is number of the list × 2³² + gram. */
export const LISTS = PLACES.length * 2;
export const LIST_STEP = 2 ** 32;

/** The numbers of the lists of a place. */
export function listsOf(place: Place): { readonly narrow: number; readonly wide: number } {
  const narrow = PLACES.indexOf(place) * 2;
  return { narrow, wide: narrow + 1 };
}

/**
 * To be raised when the grams of a text change, the text itself (part-text.ts, fold.ts), or what is kept of it (message-texts.ts):
 * accounts are indexed anew then.
 */
export const INDEX_VERSION = 2;

interface Adds {
  add(key: number): void;
}

/** Adds the grams of a folded text. */
export function addGrams(text: string, narrow: Adds, wide: Adds): void {
  const { length } = text;
  let first = length > 0 ? unitAt(text, 0) : END;
  let second = length > 1 ? unitAt(text, 1) : END;
  for (let at = 0; at < length; at++) {
    const third = at + 2 < length ? unitAt(text, at + 2) : END;
    if (first < OTHER && second < OTHER)
      narrow.add((first * BASE + second) * BASE + (third < OTHER ? third : OTHER));
    else wide.add(first * WIDE_STEP + second);
    first = second;
    second = third;
  }
}

function unitAt(text: string, at: number): number {
  return text.charCodeAt(at) || NUL_STAND_IN;
}

/** Keys from `low` to `high`, both included; most ranges are one key. */
export interface KeyRange {
  readonly low: number;
  readonly high: number;
}

/** Grams that a text must have for a needle to be in it: of each alternative list one range at least. */
export interface NeedleGrams {
  readonly all: readonly (readonly KeyRange[])[];
  /** A text that has them has the needle. */
  readonly exact: boolean;
}

/** More tell hardly more, and each is read in every segment. */
const MAX_GRAMS = 10;
/** The end of a longer needle tells nothing new. */
const MAX_NEEDLE = 256;
const NARROW = /^[^\u05ff-\uffff]+$/;

/** What to ask of a folded needle; an empty one is in every text. */
export function gramsOfNeedle(needle: string, place: Place): NeedleGrams {
  const lists = listsOf(place);
  const narrow = lists.narrow * LIST_STEP;
  const wide = lists.wide * LIST_STEP;
  const [first, second] = [unitAt(needle, 0), unitAt(needle, 1)];
  const certain = !/[\0\ufffd]/.test(needle);
  if (needle === '') return { all: [], exact: true };
  if (needle.length === 1) {
    const starting = [range(wide + first * WIDE_STEP, WIDE_STEP)];
    if (first < OTHER) starting.push(range(narrow + first * BASE * BASE, BASE * BASE));
    return { all: [starting], exact: certain };
  }
  if (needle.length === 2 && first < OTHER && second < OTHER)
    return {
      all: [[range(narrow + (first * BASE + second) * BASE, BASE)]],
      exact: certain,
    };
  const keys: number[] = [];
  // of the last unit, or two narrow ones, it is not known what follows
  const beginning = needle.slice(0, MAX_NEEDLE);
  addGrams(
    beginning,
    { add: (gram) => keys.push(narrow + gram) },
    { add: (gram) => keys.push(wide + gram) },
  );
  keys.length -= NARROW.test(beginning.slice(-2)) ? 2 : 1;
  const exact = certain && (needle.length === 2 || (needle.length === 3 && NARROW.test(needle)));
  return { all: spread([...new Set(keys)]).map((key) => [range(key, 1)]), exact };
}

function range(low: number, count: number): KeyRange {
  return { low, high: low + count - 1 };
}

/** At most MAX_GRAMS of them, from the whole length. */
function spread(keys: readonly number[]): number[] {
  if (keys.length <= MAX_GRAMS) return [...keys];
  return Array.from(
    { length: MAX_GRAMS },
    (_, i) => keys[Math.round((i * (keys.length - 1)) / (MAX_GRAMS - 1))]!,
  );
}
