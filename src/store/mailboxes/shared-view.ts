/**
 * A view as its registry keeps it. Questions to the database and changes of our own take turns: a change is put in at once where it
 * follows upon the state (its `previous` is the state's modseq), else the database is asked for what lies between.
 */
import type { OctetPool } from '#store/octet-query';
import { emptyState, nextState, type State, type ViewDelta } from './view-state.ts';
import { askForChanges } from './view-query.ts';
import type { MailboxView } from './view.ts';

/** A change that this process has committed. */
export interface OwnChange {
  /** The mailbox's modseq before it. */
  readonly previous: number;
  readonly modseq: number;
  /** Read only where a view wants it. */
  readonly delta: (state: State) => ViewDelta;
}

export class SharedView implements MailboxView {
  readonly accountId: string;
  readonly mailboxId: string;
  readonly listeners = new Set<() => void>();
  /** Sessions that have it open. */
  holders = 0;
  /** Monotonic time since when nobody has. */
  idleSince = 0;
  readonly #db: OctetPool;
  #state = emptyState();
  #uidValidity = 0;
  #removed = false;
  /** The last piece of work that takes its turn. */
  #tail: Promise<void> | undefined;
  /** A question whose turn has not come. */
  #waiting: Promise<void> | undefined;

  constructor(db: OctetPool, accountId: string, mailboxId: string) {
    this.#db = db;
    this.accountId = accountId;
    this.mailboxId = mailboxId;
  }

  get state(): State {
    return this.#state;
  }

  get uidValidity(): number {
    return this.#uidValidity;
  }

  get removed(): boolean {
    return this.#removed;
  }

  keywordsInUse(): readonly string[] {
    return this.#state.sets.all();
  }

  spellings(keywords: readonly string[]): string[] {
    const { sets } = this.#state;
    return keywords.map((keyword) => sets.spellingOf(keyword) ?? keyword);
  }

  /** Resolves when the state has all that was committed before the call. */
  refresh(): Promise<void> {
    this.#waiting ??= this.#inTurn(() => {
      this.#waiting = undefined;
      return this.#ask();
    });
    return this.#waiting;
  }

  /** Resolves when the state has the change. */
  apply(change: OwnChange): Promise<void> | undefined {
    if (this.#tail) return this.#inTurn(() => this.#put(change));
    return this.#put(change);
  }

  #inTurn(work: () => Promise<void> | undefined): Promise<void> {
    const turn = (this.#tail ?? Promise.resolve()).then(work);
    // who comes next does not fail with this one
    const tail = turn.then(
      () => {},
      () => {},
    );
    this.#tail = tail;
    void tail.then(() => {
      if (this.#tail === tail) this.#tail = undefined;
    });
    return turn;
  }

  #put({ previous, modseq, delta }: OwnChange): Promise<void> | undefined {
    if (this.#removed || modseq <= this.#state.modseq) return undefined;
    if (previous !== this.#state.modseq) return this.#ask();
    this.#become(nextState(this.#state, delta(this.#state)));
    return undefined;
  }

  async #ask(): Promise<void> {
    if (this.#removed) return;
    const { accountId, mailboxId } = this;
    const before = this.#state;
    const lastUid = before.count === 0 ? 0 : before.uids[before.count - 1]!;
    const question = { accountId, mailboxId, modseq: before.modseq, lastUid };
    let from = before;
    let answer = await askForChanges(this.#db, question);
    if (answer && before.modseq > 0 && answer.forgotten > before.modseq) {
      from = emptyState();
      answer = await askForChanges(this.#db, { ...question, modseq: 0, lastUid: 0 });
    }
    if (!answer) {
      this.#removed = true;
      this.#tell();
    } else if (answer.modseq > before.modseq) {
      this.#uidValidity = answer.uidValidity;
      this.#become(nextState(from, answer));
    }
  }

  #become(state: State): void {
    this.#state = state;
    this.#tell();
  }

  #tell(): void {
    for (const listener of Array.from(this.listeners)) listener();
  }
}
