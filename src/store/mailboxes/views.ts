/**
 * The views of a process, one for each mailbox that is open. They follow the account's changes: by the notices of the store, by
 * `refresh` before a session is told, and at once from our own writes. Unused ones are kept for a short time.
 */
import type { Store } from '#store/open';
import type { MailboxView } from './view.ts';

/** A session's hold on a view. */
export interface OpenView extends Disposable {
  readonly view: MailboxView;
  /** Brings `view.state` up to what is committed now; concurrent calls share a question. */
  refresh(): Promise<void>;
  /** Calls back after each new state, and when the mailbox is removed. Returns how to stop. */
  onChange(listener: () => void): () => void;
  close(): void;
}

export class MailboxViews {
  constructor(_store: Pick<Store, 'pool' | 'notices' | 'clock'>) {}

  /** Up to date at its return; undefined where the account has no such mailbox. */
  async open(_accountId: string, _mailboxId: string): Promise<OpenView | undefined> {
    throw new Error('not yet');
  }

  close(): void {}
}
