/** The mailboxes of an account by the names that people read and write: `Archive/2019`. */
import { DELIMITER } from '#protocol/imap/mailbox-name';
import { canonicalPath } from '#store/mailboxes/tree/names';
import { listMailboxes, type Mailbox } from '#store/mailboxes/tree/tree';
import type { Queryable } from '#store/query/queryable';
import { refuse, type Refusal } from './call.ts';

export class NamedMailboxes {
  readonly all: readonly Mailbox[];
  readonly #account: string;
  readonly #names: ReadonlyMap<string, string>;

  private constructor(account: string, all: readonly Mailbox[]) {
    this.#account = account;
    this.all = all;
    this.#names = new Map(all.map(({ id, path }) => [id, path.join(DELIMITER)]));
  }

  static async of(
    db: Queryable,
    { accountId, name }: { readonly accountId: string; readonly name: string },
  ): Promise<NamedMailboxes> {
    return new NamedMailboxes(name, (await listMailboxes(db, accountId)).mailboxes);
  }

  /** Undefined where it was made or removed meanwhile. */
  nameOf(mailboxId: string): string | undefined {
    return this.#names.get(mailboxId);
  }

  /** By its name as written; in another case where no two are alike but for that. */
  find(given: string): Mailbox | Refusal {
    const canonical = canonicalPath(given.split(DELIMITER));
    const name = canonical.kind === 'path' ? canonical.path.join(DELIMITER) : given;
    const exact = this.all.find(({ id }) => this.nameOf(id) === name);
    if (exact) return exact;
    const alike = this.all.filter(
      ({ id }) => this.nameOf(id)!.toLowerCase() === name.toLowerCase(),
    );
    if (alike.length === 1) return alike[0]!;
    return refuse(
      'no-such-mailbox',
      `${this.#account} has no mailbox ${given}`,
      `hikyaku mail mailboxes ${this.#account} lists them; what lies below another is written Archive/2019.`,
    );
  }

  /** From the root down; what is not there yet is as given, below what is. */
  pathFor(given: string): readonly string[] {
    const levels = given.split(DELIMITER);
    for (let depth = levels.length; depth > 0; depth--) {
      const found = this.find(levels.slice(0, depth).join(DELIMITER));
      if (!('kind' in found)) return [...found.path, ...levels.slice(depth)];
    }
    return levels;
  }
}
