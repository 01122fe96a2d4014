/** Letters in mailboxes of the learner's server, as a check reads them. */
import type { Pool } from '#store/database/open';
import type { SeenEvent } from '#store/lab/lesson-events';
import { findAccount } from '#store/directory/accounts';
import { findEmail, readEmail } from '#store/emails/emails';
import { textOf } from './sessions.ts';

/** What a check reads of one. */
const MOST_OCTETS = 512 * 1024;

/** @param stored of type `recipient.stored` @returns undefined: it is not there any more */
export async function storedLetter(pool: Pool, stored: SeenEvent): Promise<Uint8Array | undefined> {
  const account = await findAccount(pool, textOf(stored.personal, 'account'));
  if (account === undefined || stored.messageId === undefined) return undefined;
  const email = await findEmail(pool, account.accountId, stored.messageId);
  if (email === undefined) return undefined;
  const parts: Uint8Array[] = [];
  let octets = 0;
  for await (const part of readEmail(pool, account.accountId, email.emailId)) {
    parts.push(part);
    octets += part.length;
    if (octets >= MOST_OCTETS) break;
  }
  return Buffer.concat(parts);
}

/** `bob@example.test INBOX 3` */
export function placeOf({ public: fields, personal }: SeenEvent): string {
  return [textOf(personal, 'account'), textOf(fields, 'mailbox'), textOf(fields, 'uid')].join(' ');
}
