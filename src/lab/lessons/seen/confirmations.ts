/** The answers to the app's invitations that are in the mailbox it writes from. */
import { readInvitations, readSettings } from '#lab/app/files';
import { confirmedBy } from '#lab/app/opt-in';
import type { LessonWorld } from '#lab/lessons/world';
import { splitHeader } from '#protocol/message/header/fields';
import { summarize } from '#protocol/message/summary';
import { findAccount } from '#store/directory/accounts';
import { listEmails, readEmail } from '#store/emails/emails';

/** Newest letters that are looked at, and octets of each: its header. */
const LETTERS = 500;
const OCTETS = 64 * 1024;

export interface Confirmation {
  readonly address: string;
  /** Of the answer, as `hikyaku mail list` shows it. */
  readonly message: string;
}

/** Every answer that is in the mailbox, whether it was taken in or not. */
export async function confirmations({
  app,
  store: { pool },
}: Pick<LessonWorld, 'app' | 'store'>): Promise<Confirmation[]> {
  const [settings, invitations] = [await readSettings(app), await readInvitations(app)];
  if (settings === undefined || Object.keys(invitations).length === 0) return [];
  const account = await findAccount(pool, settings.user);
  if (account === undefined) return [];
  const found: Confirmation[] = [];
  for (const { emailId, messageId } of await listEmails(pool, account.accountId, {
    limit: LETTERS,
  })) {
    const head = await headOf(readEmail(pool, account.accountId, emailId));
    const { from, inReplyTo } = summarize(head, splitHeader(head));
    const authors = from.map(({ localPart, domain }) => `${localPart}@${domain}`);
    const address = confirmedBy({ from: authors, inReplyTo }, invitations);
    if (address !== undefined) found.push({ address, message: messageId });
  }
  return found;
}

async function headOf(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const read: Uint8Array[] = [];
  let octets = 0;
  for await (const part of parts) {
    read.push(part);
    octets += part.length;
    if (octets >= OCTETS) break;
  }
  return Buffer.concat(read).subarray(0, OCTETS);
}
