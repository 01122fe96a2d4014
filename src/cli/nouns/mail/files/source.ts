/** Messages in files, as `mail import` reads them: where each is to go, and its octets. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { CommandFailure } from '#cli/failure';
import { isMaildir, maildirMessages } from './maildir-source.ts';
import { mboxMessages } from './mbox-source.ts';
import { plain } from './level-names.ts';
import type { SourceMessage } from './source-message.ts';

/**
 * Messages of a Maildir with its folders, of an mbox file, or of a folder of `*.mbox` files.
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
    return mboxMessages([{ file: root, mailbox: mailbox ?? [path.basename(root, '.mbox')] }]);
  }
  if (await isMaildir(root)) return maildirMessages(root, mailbox);
  const files = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.mbox'));
  if (files.length > 0) {
    return mboxMessages(
      files.toSorted().map((name) => ({
        file: path.join(root, name),
        mailbox: [...(mailbox ?? []), ...name.slice(0, -'.mbox'.length).split(path.sep).map(plain)],
      })),
    );
  }
  throw new CommandFailure(
    `${given} is neither a Maildir nor a folder of mbox files`,
    'A Maildir has the folders cur and new; mbox files in a folder are named NAME.mbox.',
  );
}
