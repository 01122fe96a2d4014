/**
 * A view as its registry keeps it. Questions to the database and changes of our own take turns: a change is put in at once where it
 * follows upon the state (its `previous` is the state's modseq), else the database is asked for what lies between.
 */
import type { OctetPool } from '#store/query/octet-query';
import { askForChanges } from './query.ts';
import { emptyState, nextState, type State, type ViewDelta } from './state.ts';
import type { MailboxView } from './view.ts';

/**
 * For so long an answer of the database is trusted while nothing says that there is more: what another process changed is told by a
 * notice some 20 ms later, and where that is lost, this is how late a client hears of it who asks. Milliseconds.
 */
const TRUSTED = 1000;

/** A change that this process has committed. */
export interface OwnChange {
  /** The mailbox's modseq before it. */
  readonly previous: number;
  readonly modseq: number;
  /** Read only where a view wants it. */
  readonly delta: (state: State) => ViewDelta;
}

/** A question to the database, by what was known when it was asked. */
export interface Look {
  readonly askedAt: number;
  readonly doubts: number;
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
  readonly #monotonic: () => number;
  /** When the database was last asked; all that was committed before is here unless there is doubt. */
  #askedAt = -Infinity;
  /** Times that something changed, or may have, and how many of them the last answer knew of. */
  #doubts = 1;
  #settled = 0;
  #state = emptyState();
  #uidValidity = 0;
  #removed = false;
  /** The last piece of work that takes its turn. */
  #tail: Promise<void> | undefined;
  /** A question whose turn has not come. */
  #waiting: Promise<void> | undefined;

  constructor(
    { pool, monotonic }: { readonly pool: OctetPool; readonly monotonic: () => number },
    accountId: string,
    mailboxId: string,
  ) {
    this.#db = pool;
    this.#monotonic = monotonic;
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

  /**
   * As refresh, but asks the database only when there is doubt or the last answer is too old; undefined where the state may be told as
   * it is. It has every change that this process has committed and said.
   */
  freshen(): Promise<void> | undefined {
    const isYoung = this.#monotonic() - this.#askedAt < TRUSTED;
    return (isYoung && this.#settled === this.#doubts) || this.#removed
      ? undefined
      : this.refresh();
  }

  /** A notice came, or a change of our own could not be put in. */
  doubt(): void {
    this.#doubts++;
  }

  /** Before the database is asked what the modseqs of mailboxes are. */
  beginLook(): Look {
    return { askedAt: this.#monotonic(), doubts: this.#doubts };
  }

  /** What it answered; undefined where there is no such mailbox. */
  async endLook(look: Look, modseq: number | undefined): Promise<void> {
    if (modseq === this.#state.modseq) this.#answered(look);
    else await this.refresh();
  }

  #answered({ askedAt, doubts }: Look): void {
    this.#askedAt = askedAt;
    this.#settled = doubts;
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
    const look = this.beginLook();
    await this.#askForChanges();
    this.#answered(look);
  }

  async #askForChanges(): Promise<void> {
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
