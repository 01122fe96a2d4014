/** Sets of keywords, each kept once and known by a number: most messages of a mailbox have none or one of a few. */

/** Keywords of one message; more says nothing. */
export const MAX_KEYWORDS = 100;
export const MAX_KEYWORD_LENGTH = 255;

const NONE: readonly string[] = [];

export class KeywordSets {
  readonly #numbers = new Map<string, number>([['', 0]]);
  readonly #sets: (readonly string[])[] = [NONE];
  readonly #spellings = new Map<string, string>();

  get size(): number {
    return this.#sets.length;
  }

  /** The number of a set, given as sorted keywords with a space between them; 0 is the empty set. */
  numberOf(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#sets.length;
      this.#numbers.set(text, number);
      const keywords = text.split(' ');
      this.#sets.push(keywords);
      for (const keyword of keywords) {
        const key = keyword.toLowerCase();
        if (!this.#spellings.has(key)) this.#spellings.set(key, keyword);
      }
    }
    return number;
  }

  keywordsOf(number: number): readonly string[] {
    return this.#sets[number]!;
  }

  /** Every keyword of every set in its first spelling, sorted. */
  all(): string[] {
    return Array.from(this.#spellings.values()).toSorted();
  }

  /** As it was first written here, in whatever case; undefined for a new one. */
  spellingOf(keyword: string): string | undefined {
    return this.#spellings.get(keyword.toLowerCase());
  }
}

/**
 * Sorted, each once, as the column holds them.
 * @throws RangeError for what is no keyword of RFC 9051 (`atom`), or too long: callers have parsed what they hand in
 */
export function keywordList(keywords: readonly string[]): string[] {
  for (const keyword of keywords) {
    if (keyword.length > MAX_KEYWORD_LENGTH || !/^[\x21-\x7e]+$/.test(keyword)) {
      throw new RangeError('not a keyword');
    }
  }
  return [...new Set(keywords)].toSorted();
}
