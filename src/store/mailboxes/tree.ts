/** The mailboxes of an account as a tree, with the figures that LIST and STATUS tell. */
import type { Queryable } from '#store/blobs';

/** As RFC 8621 §2 names them; RFC 6154's attributes without the backslash, in lower case. */
export type Role = 'inbox' | 'archive' | 'drafts' | 'important' | 'junk' | 'sent' | 'trash';

export interface Mailbox {
  readonly id: string;
  readonly parentId: string | undefined;
  /** From the root down, in NFC; INBOX is upper case. */
  readonly path: readonly string[];
  readonly role: Role | undefined;
  readonly uidValidity: number;
  readonly uidNext: number;
  /** HIGHESTMODSEQ. */
  readonly modseq: number;
  readonly messages: number;
  readonly unseen: number;
  readonly deleted: number;
  /** Octets of all its messages as read. */
  readonly bytes: number;
  readonly subscribed: boolean;
  readonly hasChildren: boolean;
}

export interface MailboxTree {
  /** Parents before their children; INBOX first, siblings by name. */
  readonly mailboxes: readonly Mailbox[];
  /** Subscribed names without a mailbox. */
  readonly absentSubscriptions: readonly (readonly string[])[];
}

export async function listMailboxes(_db: Queryable, _accountId: string): Promise<MailboxTree> {
  throw new Error('not yet');
}

/** A mailbox by its path, in any form; undefined where there is none. For SELECT, STATUS, APPEND: one question, no listing. */
export async function findMailbox(
  _db: Queryable,
  _accountId: string,
  _path: readonly string[],
): Promise<Mailbox | undefined> {
  throw new Error('not yet');
}
