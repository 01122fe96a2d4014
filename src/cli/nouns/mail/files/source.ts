/** Messages in files, as `mail import` reads them: where each is to go, and its octets. */
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { CommandFailure } from '#cli/failure';
import { hasMaildirs, isMaildir, maildirMessages } from './maildir-source.ts';
import { INBOX_FILE, plain } from './level-names.ts';
import { readMailboxNames } from './mailbox-names.ts';
import { mboxMessages } from './mbox-source.ts';
import type { SourceMessage } from './source-message.ts';

/**
 * Messages of a Maildir with its folders, of a folder of Maildirs, of an mbox file, or of a folder of `*.mbox` files.
 * @param mailbox where the root, or the file, goes; what lies below it goes below that
 * @throws CommandFailure where there is neither
 */
export async function openSource(
  given: string,
  mailbox: readonly string[] | undefined,
): Promise<AsyncIterable<SourceMessage>> {
  const root = path.resolve(given);
  const found = await stat(root).catch(() => undefined);
  if (!found) {
    throw new CommandFailure(
      `${given} is not there`,
      'Name a Maildir, an mbox file, or a folder of mbox files.',
    );
  }
  if (found.isFile()) {
    const levels = mailbox ?? (await levelsIn(path.dirname(root)))(path.basename(root));
    // a link that was named is meant
    return mboxMessages([{ file: await realpath(root), mailbox: levels }]);
  }
  if (await isMaildir(root)) return maildirMessages(root, mailbox);
  const files = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.mbox'));
  if (files.length > 0) {
    const levelsOf = await levelsIn(root);
    return mboxMessages(
      files.toSorted().map((name) => ({
        file: path.join(root, name),
        mailbox: mailbox && name === INBOX_FILE ? mailbox : [...(mailbox ?? []), ...levelsOf(name)],
      })),
    );
  }
  if (await hasMaildirs(root)) return maildirMessages(root, mailbox);
  throw new CommandFailure(
    `${given} is neither a Maildir nor a folder of Maildirs or mbox files`,
    'A Maildir has the folders cur and new; mbox files in a folder are named NAME.mbox.',
  );
}

/** Whose the files in a folder are, by their names from there. */
async function levelsIn(folder: string): Promise<(file: string) => readonly string[]> {
  const madeUp = await readMailboxNames(folder);
  return (file) =>
    madeUp.get(file) ??
    file
      .replace(/\.mbox$/, '')
      .split(path.sep)
      .map(plain);
}
