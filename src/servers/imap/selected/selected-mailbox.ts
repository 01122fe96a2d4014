/** The selected mailbox of a session: its hold on the shared view, what the client was told of it, and what it was not. */
import type { MailboxView, ViewState } from '#store/mailboxes/view/view';
import type { OpenView } from '#store/mailboxes/view/views';
import { ReadAhead } from './read-ahead.ts';
import { NOTHING_RECENT, Recent, tellUpTo, toldUpTo } from './recent.ts';
import type { Told } from './told.ts';

export class SelectedMailbox {
  readonly open: OpenView;
  readonly readOnly: boolean;
  /** What message numbers mean to the client. */
  told: Told;
  /** The client was told of everything up to this modseq, of what went too. */
  complete: number;
  /** It knows that this is all, though it has heard of higher ones (RFC 7162 §3.2). */
  heldBack = false;
  /** How many keywords FLAGS told of. */
  keywordsTold: number;
  /** The UID of the first arrival of which NOTIFY has still to tell more. */
  unfetched: number | undefined;
  /** The UID up to which this session was the first to be told, and the mailbox does not know it yet; 0 where it does. */
  unnoted = 0;
  #ahead: ReadAhead | undefined;
  #recent: Recent | undefined;
  #own: Set<number> | undefined;
  #brought: Set<number> | undefined;
  #stopListening: (() => void) | undefined;

  constructor(open: OpenView, readOnly: boolean) {
    this.open = open;
    this.readOnly = readOnly;
    const { uids, count, modseq } = open.view.state;
    this.told = { uids, count, modseq };
    this.complete = modseq;
    this.keywordsTold = open.view.keywordsInUse().length;
  }

  /** Messages went of which the client was not told. */
  get keepsGone(): boolean {
    return this.told.uids !== this.now.uids;
  }

  get view(): MailboxView {
    return this.open.view;
  }

  get now(): ViewState {
    return this.open.view.state;
  }

  /** Made when a message is fetched alone. */
  get ahead(): ReadAhead {
    return (this.#ahead ??= new ReadAhead());
  }

  /** RFC 3501 §2.3.2 */
  get recent(): Recent {
    return this.#recent ?? NOTHING_RECENT;
  }

  /** The client hears of messages above `from` now, up to `to`: those of which nobody was told before are recent to it. */
  tellRecent(from: number, to: number): void {
    (this.#recent ??= new Recent()).add(Math.max(from, toldUpTo(this.view)) + 1, to);
    // RFC 3501 §6.3.2: who only examines the mailbox takes nothing away
    if (!this.readOnly) tellUpTo(this.view, to);
  }

  /** Modseqs of this session's changes whose result the client knows without being told. */
  get own(): ReadonlySet<number> {
    return this.#own ?? NOTHING;
  }

  noteOwn(modseq: number): void {
    (this.#own ??= new Set()).add(modseq);
  }

  /** The session put these messages here itself: NOTIFY has nothing to tell of them (RFC 5465 §5). */
  noteBrought(uids: Iterable<number>): void {
    this.#brought ??= new Set();
    for (const uid of uids) this.#brought.add(uid);
  }

  /** Whose arrival NOTIFY has still to tell more of; then it has. */
  takeUnfetched(): { readonly from: number; readonly except: ReadonlySet<number> } {
    const arrivals = { from: this.unfetched!, except: this.#brought ?? NOTHING };
    this.unfetched = undefined;
    this.#brought = undefined;
    return arrivals;
  }

  /** @param flags changes of flags were told too */
  tell(told: Told, flags: boolean): void {
    this.told = told;
    if (!this.keepsGone) this.complete = told.modseq;
    if (flags) this.#own = undefined;
  }

  /** Calls back on each change until `ignore`. */
  listen(changed: () => void): void {
    this.#stopListening ??= this.open.onChange(changed);
  }

  ignore(): void {
    this.#stopListening?.();
    this.#stopListening = undefined;
  }

  close(): void {
    this.ignore();
    this.open.close();
  }
}

const NOTHING: ReadonlySet<number> = new Set();
