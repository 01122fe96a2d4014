/** `hikyaku mail undelete`: what was expunged, and back again. */
import { callRows, callValue } from '#cli/control';
import { messagesWere } from '#cli/terminal/message-count';
import { printDone, printRows, timeColumn } from '#cli/terminal/output';
import type { Since } from '#cli/since';
import { shortSize } from '#cli/terminal/terminal';
import type { CommonOptions } from '#cli/verb';

export interface UndeleteOptions extends CommonOptions {
  readonly since?: Since;
  readonly mailbox?: string;
  readonly limit?: number;
}

export async function undeleteMail(
  account: string,
  ids: readonly string[],
  options: UndeleteOptions,
): Promise<void> {
  const { since, mailbox } = options;
  if (ids.length === 0 && since === undefined) return listExpunged(account, options);
  const chosen = { account, mailbox, ...since, ...(ids.length > 0 && { ids: [...ids] }) };
  const done = await callValue(options, 'mail/undelete', chosen);
  printDone(options, done, `${messagesWere(done.undeleted)} brought back.`);
}

async function listExpunged(
  account: string,
  { mailbox, limit, ...options }: UndeleteOptions,
): Promise<void> {
  await printRows(
    callRows(options, 'mail/expunged', { account, mailbox, limit }),
    [
      { title: 'ID', value: (row) => row.id, align: 'right' },
      timeColumn('EXPUNGED', (row) => row.expungedAt),
      timeColumn('RECEIVED', (row) => row.receivedAt),
      { title: 'MAILBOX', value: (row) => row.mailbox ?? '(removed)' },
      { title: 'SIZE', value: (row) => shortSize(row.size), align: 'right' },
      { title: 'FROM', value: (row) => row.from, shrinks: true },
      { title: 'SUBJECT', value: (row) => row.subject, shrinks: true },
    ],
    options,
    `There is nothing of ${account} that can be brought back.`,
  );
}
