/**
 * Reads a Maildir: messages in `cur` and `new`, flags in their names, keywords by Dovecot's `dovecot-keywords`; folders as Maildir++
 * has them (`.Archive.2026`), or as folders below.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { decodeUtf7 } from '#protocol/imap/mailbox-name';
import { FLAG_BITS } from '#protocol/imap/flags';
import { keywordNames } from './keyword-names.ts';
import { MAILDIR_PARTS, plain } from './level-names.ts';
import { readMailboxNames } from './mailbox-names.ts';
import { openOwnFile, refuseLink } from './own-file.ts';
import type { SourceMessage } from './source-message.ts';

const LETTERS: Readonly<Record<string, number>> = {
  S: FLAG_BITS.seen,
  R: FLAG_BITS.answered,
  F: FLAG_BITS.flagged,
  T: FLAG_BITS.deleted,
  D: FLAG_BITS.draft,
};

/** Whether a folder has Maildirs in it, be it none itself. */
export async function hasMaildirs(folder: string): Promise<boolean> {
  return (await folders(folder)).length > 0;
}

export async function isMaildir(folder: string): Promise<boolean> {
  const names = await readdir(folder);
  return names.includes('cur') || names.includes('new');
}

export async function* maildirMessages(
  root: string,
  mailbox: readonly string[] | undefined,
): AsyncGenerator<SourceMessage> {
  if (await isMaildir(root)) yield* folderMessages(root, mailbox ?? ['INBOX']);
  for (const { folder, levels } of await folders(root))
    yield* folderMessages(folder, [...(mailbox ?? []), ...levels]);
}

/** Folders with mail below the root, with the levels of their names. */
async function folders(root: string): Promise<{ folder: string; levels: string[] }[]> {
  const madeUp = await readMailboxNames(root);
  const found: { folder: string; levels: string[] }[] = [];
  const waiting: { folder: string; levels: string[] }[] = [{ folder: root, levels: [] }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const entry of await readdir(next.folder, { withFileTypes: true })) {
      if (!entry.isDirectory() || MAILDIR_PARTS.includes(entry.name)) continue;
      const folder = path.join(next.folder, entry.name);
      const levels = [
        ...next.levels,
        ...((next.folder === root ? madeUp.get(entry.name) : undefined) ?? levelsOf(entry.name)),
      ];
      if (await isMaildir(folder)) found.push({ folder, levels });
      waiting.push({ folder, levels });
    }
  }
  return found.toSorted((a, b) => (a.folder < b.folder ? -1 : 1));
}

function levelsOf(folder: string): string[] {
  const names = folder.startsWith('.') ? folder.slice(1).split('.') : [folder];
  return names.map((name) => plain(decodeUtf7(name) ?? name));
}

async function* folderMessages(
  folder: string,
  mailbox: readonly string[],
): AsyncGenerator<SourceMessage> {
  const keywords = await keywordNames(folder);
  for (const part of ['cur', 'new']) {
    await refuseLink(path.join(folder, part));
    const names = await readdir(path.join(folder, part)).catch(() => []);
    for (const name of names.toSorted((a, b) => (a < b ? -1 : 1))) {
      if (name.startsWith('.')) continue;
      const file = path.join(folder, part, name);
      // a mail program may move it while we read
      const handle = await openOwnFile(file);
      if (handle === undefined) continue;
      const found = await handle.stat();
      const letters = /:2,([A-Za-z]*)/.exec(name)?.[1] ?? '';
      yield {
        head: {
          mailbox: [...mailbox],
          flags: letters.split('').reduce((bits, letter) => bits | (LETTERS[letter] ?? 0), 0),
          keywords: letters.split('').flatMap((letter) => keywords.get(letter) ?? []),
          date: Math.round(found.mtimeMs),
        },
        pieces: handle.createReadStream({ highWaterMark: 256 * 1024 }),
      };
    }
  }
}
