/** Makes mailboxes, with the parents that are missing (RFC 9051 §6.3.4). */
import type { MailStore } from './mail-store.ts';
import type { Path } from './names.ts';
import type { Role } from './tree.ts';

export interface NewMailbox {
  readonly path: readonly string[];
  /** RFC 6154: each role has one mailbox of an account. */
  readonly role?: Role | undefined;
  readonly subscribed?: boolean;
}

export type MailboxCreated =
  | { readonly kind: 'created'; readonly mailboxId: string }
  | { readonly kind: 'exists' }
  | { readonly kind: 'role-taken' }
  | { readonly kind: 'too-many' }
  | Extract<Path, { kind: 'bad-name' }>;

export async function createMailbox(
  _mail: MailStore,
  _accountId: string,
  _mailbox: NewMailbox,
): Promise<MailboxCreated> {
  throw new Error('not yet');
}
