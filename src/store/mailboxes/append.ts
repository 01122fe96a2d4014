/** Puts messages that a client hands in into a mailbox: APPEND, MULTIAPPEND (RFC 3502) and REPLACE (RFC 8508); JMAP's import later. */
import type { MessageSummary } from '#protocol/message/summary';
import type { NewBlob } from '#store/blobs';
import type { MailStore } from './mail-store.ts';

export interface NewMessage {
  /** From `BlobUpload.finish`. */
  readonly blob: NewBlob;
  readonly summary: MessageSummary;
  /** Bits as `FLAG` of store/emails.ts. */
  readonly flags: number;
  readonly keywords: readonly string[];
  /** Calendar milliseconds; undefined is now. */
  readonly internalDate: number | undefined;
}

export interface AppendDone {
  readonly kind: 'appended';
  readonly uidValidity: number;
  /** In the order of the messages. */
  readonly uids: readonly number[];
  readonly emailIds: readonly number[];
  readonly modseq: number;
}

export type Appended =
  | AppendDone
  | { readonly kind: 'no-such-mailbox' }
  | { readonly kind: 'over-quota' }
  | { readonly kind: 'too-many-keywords' };

/** All messages or none. */
export async function append(
  _mail: MailStore,
  _accountId: string,
  _mailboxId: string,
  _messages: readonly NewMessage[],
): Promise<Appended> {
  throw new Error('not yet');
}

/** Appends to `to` and expunges the message `uid` of `mailboxId`, both or neither. */
export async function replace(
  _mail: MailStore,
  _accountId: string,
  _replaced: { readonly mailboxId: string; readonly uid: number },
  _to: string,
  _message: NewMessage,
): Promise<Appended | { readonly kind: 'no-such-message' }> {
  throw new Error('not yet');
}
