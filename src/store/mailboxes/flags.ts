/** STORE: changes flags and keywords of messages (RFC 9051 §6.4.6, RFC 7162 §3.1.3). */
import type { MailStore } from './mail-store.ts';

export interface FlagChange {
  /** Rising. */
  readonly uids: Uint32Array;
  readonly op: 'add' | 'remove' | 'set';
  /** Bits as `FLAG` of store/emails.ts. */
  readonly flags: number;
  readonly keywords: readonly string[];
  /** Messages that changed after this modseq are left as they are. */
  readonly unchangedSince?: number | undefined;
}

export type FlagsStored =
  | {
      readonly kind: 'stored';
      /** Of this change; the mailbox's where nothing changed. */
      readonly modseq: number;
      /** Rising; those whose flags are now others. Their values are in the view. */
      readonly changed: Uint32Array;
      /** Rising; left as they are for `unchangedSince` (MODIFIED). */
      readonly modified: Uint32Array;
    }
  | { readonly kind: 'no-such-mailbox' }
  | { readonly kind: 'too-many-keywords' };

/** UIDs that are not there (any more) are passed over. An open view of the mailbox has the change when this resolves. */
export async function setFlags(
  _mail: MailStore,
  _accountId: string,
  _mailboxId: string,
  _change: FlagChange,
): Promise<FlagsStored> {
  throw new Error('not yet');
}
