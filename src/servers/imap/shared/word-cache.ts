/**
 * What FETCH said of messages and will always say: ENVELOPE, BODYSTRUCTURE, header fields and their kin never change. Kept as it goes
 * on the wire, shared by all sessions of the process, bounded in all and given back when nobody asks for a while: clients ask for
 * these of whole mailboxes again and again. Keyed by what is asked for and the id of the email, which is never used again.
 */

/** Characters, one octet each: the list of a mailbox of 50,000 messages, once. */
const BUDGET = 48 * 1024 * 1024;
/** Octets that an entry costs besides its text. */
const ENTRY = 100;
const FORGET_AFTER = 60_000;

export class WordCache {
  readonly #byItems = new Map<string, Map<number, string>>();
  #size = 0;
  #forget: NodeJS.Timeout | undefined;

  /** What is known for these items, by email id; the one used last is the last to go. */
  of(items: string): ReadonlyMap<number, string> {
    const words = this.#byItems.get(items) ?? new Map<number, string>();
    this.#byItems.delete(items);
    this.#byItems.set(items, words);
    this.#forget ??= setTimeout(() => this.clear(), FORGET_AFTER).unref();
    this.#forget.refresh();
    return words;
  }

  /** Keeps what was said; in place of items that were asked for longer ago where there is no room. */
  keep(items: string, emailId: number, said: string): void {
    const words = this.#byItems.get(items);
    if (!words || words.has(emailId)) return;
    const size = said.length + ENTRY;
    while (this.#size + size > BUDGET) {
      const [oldest, kept] = this.#byItems.entries().next().value!;
      // what is asked for now must not push itself out: the rest of it is not kept
      if (oldest === items) return;
      this.#byItems.delete(oldest);
      for (const text of kept.values()) this.#size -= text.length + ENTRY;
    }
    this.#size += size;
    words.set(emailId, said);
  }

  clear(): void {
    clearTimeout(this.#forget);
    this.#forget = undefined;
    this.#byItems.clear();
    this.#size = 0;
  }
}
