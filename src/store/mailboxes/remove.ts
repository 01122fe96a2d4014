/** Removes a mailbox; its messages are kept as expunged ones are. One with children stays (RFC 9051 §6.3.5: NO [HASCHILDREN]). */
import type { MailStore } from './mail-store.ts';

export type MailboxRemoved =
  | { readonly kind: 'removed' }
  | { readonly kind: 'no-such-mailbox' }
  | { readonly kind: 'has-children' }
  | { readonly kind: 'is-inbox' };

export async function removeMailbox(
  _mail: MailStore,
  _accountId: string,
  _mailboxId: string,
): Promise<MailboxRemoved> {
  throw new Error('not yet');
}
