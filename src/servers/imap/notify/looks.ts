/** Looks at the mailboxes of accounts for NOTIFY: sessions that are woken by the same notice share one look, and what it found. */
import type { Pool } from '#store/database/open';
import { markAnnotations } from '#store/mailboxes/tree/metadata';
import { listMailboxes } from '#store/mailboxes/tree/tree';
import { imageOf, type Image } from './image.ts';

export class Looks {
  readonly #pool: Pool;
  /** Those that have not begun. */
  readonly #waiting = new Map<string, Promise<Image>>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /**
   * What is committed now.
   * @param annotations whether these are wanted too
   */
  look(accountId: string, annotations: boolean): Promise<Image> {
    const key = `${accountId} ${String(annotations)}`;
    let look = this.#waiting.get(key);
    if (!look) {
      look = Promise.resolve().then(() => {
        this.#waiting.delete(key);
        return this.#read(accountId, annotations);
      });
      this.#waiting.set(key, look);
    }
    return look;
  }

  async #read(accountId: string, annotations: boolean): Promise<Image> {
    const [tree, marks] = await Promise.all([
      listMailboxes(this.#pool, accountId),
      annotations ? markAnnotations(this.#pool, accountId) : [],
    ]);
    return imageOf(tree, marks);
  }
}
