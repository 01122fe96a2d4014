/**
 * What the functions of this folder need of an open store, and the views of this process beside it. One per process; sessions of
 * IMAP and JMAP get it handed. A function that writes says the account's notice after its commit and brings the open views up to date.
 */
import type { Store } from '#store/open';
import { MailboxViews } from './views.ts';

export interface MailStore extends Pick<Store, 'pool' | 'writer' | 'notices' | 'clock' | 'newId'> {
  readonly views: MailboxViews;
}

/** The views end with `views.close()`, before the store does. */
export function mailStoreOf(store: Store): MailStore {
  const { pool, writer, notices, clock, newId } = store;
  return { pool, writer, notices, clock, newId, views: new MailboxViews({ pool, notices, clock }) };
}
