/** Mailboxes as commands name them: by the names from the root down, `Archive/2019`. */
import type { Command } from 'commander';
import { CommandFailure } from '#cli/failure';

/** @param meaning what the mailbox is for in this command */
export function addMailbox(command: Command, meaning: string): Command {
  return command.option(
    '--mailbox <path>',
    `${meaning}: Archive/2019 is what lies below Archive`,
    readMailboxPath,
  );
}

/** @throws CommandFailure where a name is missing between two slashes */
function readMailboxPath(given: string): string {
  if (levelsOf(given).every((name) => name !== '')) return given;
  throw new CommandFailure(
    `--mailbox ${given} names no mailbox`,
    'Write it like Archive/2019; hikyaku mail mailboxes ACCOUNT shows those there are.',
  );
}

export function levelsOf(mailbox: string): readonly string[] {
  return mailbox.split('/');
}
