/**
 * Whose the files of an export are that could not have the names of their mailboxes: `mailbox-names.json` beside them has the levels of
 * each by the name of its file or folder. Written by mailbox-files.ts, read by `mail import`.
 */
import path from 'node:path';
import { z } from 'zod';
import { CommandFailure } from '#cli/failure';
import { readOwnText } from './own-file.ts';
import { writeWhole } from './written-file.ts';

const FILE = 'mailbox-names.json';

export type MailboxNames = ReadonlyMap<string, readonly string[]>;

const named = z.record(z.string(), z.array(z.string().min(1)).min(1));

/** None where there is no such file. @throws CommandFailure where it is none of ours */
export async function readMailboxNames(folder: string): Promise<MailboxNames> {
  const file = path.join(folder, FILE);
  const text = (await readOwnText(file)) ?? '{}';
  try {
    return new Map(Object.entries(named.parse(JSON.parse(text))));
  } catch {
    throw new CommandFailure(
      `${file} does not tell whose the files beside it are`,
      'Export the mail anew into an empty folder, or take this file away: its mailboxes then come by the names of their files.',
    );
  }
}

export function writeMailboxNames(folder: string, names: MailboxNames): Promise<void> {
  const text = `${JSON.stringify(Object.fromEntries(names), undefined, 1)}\n`;
  return writeWhole(path.join(folder, FILE), text);
}
