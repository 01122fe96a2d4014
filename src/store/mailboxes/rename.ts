/** Renames and moves mailboxes; what lies below goes along (RFC 9051 §6.3.6). */
import type { MailStore } from './mail-store.ts';
import type { Path } from './names.ts';

export type MailboxRenamed =
  | { readonly kind: 'renamed' }
  | { readonly kind: 'no-such-mailbox' }
  | { readonly kind: 'exists' }
  | { readonly kind: 'into-itself' }
  | { readonly kind: 'too-many' }
  | Extract<Path, { kind: 'bad-name' }>;

/** Missing parents are made. INBOX stays: its messages move to the new mailbox, its children do not. */
export async function renameMailbox(
  _mail: MailStore,
  _accountId: string,
  _mailboxId: string,
  _to: readonly string[],
): Promise<MailboxRenamed> {
  throw new Error('not yet');
}
