/** Reads the mailboxes of an account out, message by message, for files. Called by servers/admin for `mail export`. */
import { readEmail } from '#store/emails/emails';
import type { MailStore } from '#store/mailboxes/mail-store';
import { walkMailbox } from '#store/mailboxes/read/transfer';
import { listMailboxes } from '#store/mailboxes/tree/tree';

export interface OutgoingMessage {
  readonly mailbox: readonly string[];
  readonly uidValidity: number;
  readonly uid: number;
  readonly flags: number;
  readonly keywords: readonly string[];
  /** Calendar milliseconds. */
  readonly date: number;
  /** Octets. */
  readonly size: number;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/**
 * All mailboxes, or one with what lies below it; each by rising UID.
 * @param mailbox from the root down; undefined means all
 */
export async function* exportMessages(
  { pool }: Pick<MailStore, 'pool'>,
  accountId: string,
  mailbox: readonly string[] | undefined,
): AsyncGenerator<OutgoingMessage> {
  const { mailboxes } = await listMailboxes(pool, accountId);
  for (const { id, path, uidValidity } of mailboxes) {
    if (mailbox !== undefined && !mailbox.every((level, i) => level === path[i])) continue;
    for await (const entry of walkMailbox(pool, id)) {
      yield {
        mailbox: path,
        uidValidity,
        uid: entry.uid,
        flags: entry.flags,
        keywords: entry.keywords,
        date: entry.receivedAt.getTime(),
        size: entry.size,
        pieces: readEmail(pool, accountId, entry.emailId),
      };
    }
  }
}
