/** `hikyaku mail expire`: how long mailboxes keep a message. */
import { callRows, callValue } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import { printDone, printRows, remark } from '#cli/terminal/output';
import { shortDuration } from '#cli/terminal/terminal';
import type { CommonOptions } from '#cli/verb';

export async function expireMail(
  account: string,
  mailbox: string | undefined,
  given: string | undefined,
  options: CommonOptions,
): Promise<void> {
  if (mailbox === undefined) return listMailboxes(account, options);
  if (given === undefined)
    throw new CommandFailure(
      'it is not said how long',
      `Write it like hikyaku mail expire ${account} ${mailbox} 30d, or never.`,
    );
  const set = await callValue(options, 'mail/expire', { account, mailbox, after: readAge(given) });
  const sentence =
    set.expireAfter === null
      ? `${set.mailbox} of ${set.account} keeps everything.`
      : `${set.mailbox} of ${set.account} keeps a message for ${shortDuration(set.expireAfter)}.`;
  printDone(options, set, sentence);
  if (set.expireAfter === null) return;
  remark('What has been in it for longer goes within the hour. It can be brought back for a time:');
  remark(`  hikyaku mail undelete ${set.account}`);
}

export async function listMailboxes(account: string, options: CommonOptions): Promise<void> {
  await printRows(
    callRows(options, 'mail/expiries', { account }),
    [
      { title: 'MAILBOX', value: (row) => row.mailbox },
      { title: 'MESSAGES', value: (row) => row.messages, align: 'right' },
      {
        title: 'KEPT FOR',
        value: (row) => (row.expireAfter === null ? 'ever' : shortDuration(row.expireAfter)),
      },
    ],
    options,
    `${account} has no mailbox.`,
  );
}

const UNITS: Readonly<Record<string, number>> = { h: 36e5, d: 864e5, w: 7 * 864e5 };

/** Milliseconds; null is for ever. @throws CommandFailure */
function readAge(given: string): number | null {
  if (given === 'never') return null;
  const match = /^([1-9]\d{0,3})([hdw])$/.exec(given);
  if (match) return Number(match[1]) * UNITS[match[2]!]!;
  throw new CommandFailure(
    `${given} is no length of time`,
    'Write it like 12h, 30d or 8w, or never.',
  );
}
