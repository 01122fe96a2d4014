/** EXPUNGE: hides messages at once; they can be brought back until they are purged. */
import type { MailStore } from './mail-store.ts';

export interface ExpungeRequest {
  /** Rising; undefined: all of the mailbox. */
  readonly uids?: Uint32Array | undefined;
  /** Only those with \Deleted, as IMAP wants it. */
  readonly onlyDeleted: boolean;
}

export type Expunged =
  | {
      readonly kind: 'expunged';
      /** Rising. */
      readonly uids: Uint32Array;
      /** Of this change; the mailbox's where nothing went. */
      readonly modseq: number;
    }
  | { readonly kind: 'no-such-mailbox' };

export async function expunge(
  _mail: MailStore,
  _accountId: string,
  _mailboxId: string,
  _request: ExpungeRequest,
): Promise<Expunged> {
  throw new Error('not yet');
}
