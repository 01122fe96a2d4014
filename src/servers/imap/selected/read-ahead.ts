/**
 * Clients that synchronise ask for one message after the other, each by a command of its own: what comes next is read into memory while
 * the client takes in what it has, twice as much each time. One for each session that does so; called by fetch/run.ts.
 */
import type { MailStore } from '#store/mailboxes/mail-store';
import { LARGEST_KEPT, readThrough } from '#store/mailboxes/read/view-cache';
import type { ViewState } from '#store/mailboxes/view/view';

/** Messages that are read at once. */
const FEW = 8;
const MANY = 64;

export class ReadAhead {
  /** What is being read; never rejects. */
  reading: Promise<void> | undefined;
  /** The place behind the message that was asked for last. */
  #next = -1;
  /** The places up to which messages were read, and are being read. */
  #read = 0;
  #until = 0;
  #size = FEW;

  /** The message at a place is asked for, alone. Resolves when it is in memory, where it is on its way there. */
  asked(
    mail: MailStore,
    accountId: string,
    view: ViewState,
    place: number,
  ): Promise<void> | undefined {
    const isComing = place >= this.#read && place < this.#until ? this.reading : undefined;
    const inOrder = place === this.#next;
    this.#next = place + 1;
    if (!inOrder) {
      this.#size = FEW;
      this.#until = this.#next;
    } else if (this.reading === undefined && this.#until - this.#next < this.#size / 2) {
      this.#readOn(mail, accountId, view);
    }
    return isComing;
  }

  #readOn(mail: MailStore, accountId: string, { emailIds, count }: ViewState): void {
    const from = Math.max(this.#until, this.#next);
    const until = Math.min(from + this.#size, count);
    if (from >= until) return;
    this.#read = from;
    this.#until = until;
    this.#size = Math.min(this.#size * 2, MANY);
    const done = (): void => {
      this.reading = undefined;
    };
    // who asks for one that could not be read asks the database again, and hears why
    this.reading = readThrough(mail, accountId, emailIds.subarray(from, until), LARGEST_KEPT).then(
      done,
      done,
    );
  }
}
