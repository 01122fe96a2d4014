/** `hikyaku mail import` and `mail export`: mailboxes from files and to files. */
import path from 'node:path';
import { fromFrames, toFrames } from '#servers/admin/frames';
import type { OutgoingHead } from '#servers/admin/calls/mail-transfer';
import { makeFolder } from '#store/make-folder';
import { callBytes, callIntake } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import { messagesWere } from '#cli/terminal/message-count';
import { printDone } from '#cli/terminal/output';
import { Progress } from '#cli/terminal/progress';
import { levelsOf } from './mailbox-path.ts';
import type { CommonOptions } from '#cli/verb';

export interface ImportOptions extends CommonOptions {
  readonly mailbox?: string;
}

export interface ExportOptions extends CommonOptions {
  readonly mailbox?: string;
  readonly format: string;
}

export async function importMail(
  account: string,
  from: string,
  options: ImportOptions,
): Promise<void> {
  const { openSource } = await import('./files/source.ts');
  const { mailbox } = options;
  const source = await openSource(from, mailbox === undefined ? undefined : levelsOf(mailbox));
  await bringIn(account, toFrames(source), options);
}

/** Hands messages in frames to the server, and says how many there are now. @throws CommandFailure where it stopped before their end */
export async function bringIn(
  account: string,
  frames: AsyncIterable<Uint8Array>,
  options: ImportOptions,
): Promise<void> {
  let done = { imported: 0, known: 0 };
  const progress = new Progress(() => `${done.imported} imported, ${done.known} there already`);
  try {
    for await (const step of callIntake(
      options,
      'mail/import',
      { account, mailbox: options.mailbox },
      frames,
    )) {
      done = step;
      if (step.kind !== 'stopped') continue;
      throw new CommandFailure(
        `${STOPPED[step.reason]} (${step.mailbox}); ${messagesWere(step.imported)} imported`,
        REMEDIES[step.reason],
      );
    }
  } finally {
    progress.stop();
  }
  const { imported, known } = done;
  const sentence = `${messagesWere(imported)} imported${thereAlready(known)}.`;
  printDone(options, { account, imported, known }, sentence);
}

function thereAlready(known: number): string {
  if (known === 0) return '';
  return known === 1 ? ', 1 was there already' : `, ${known} were there already`;
}

const STOPPED = {
  'over-quota': 'the account is full',
  'bad-mailbox-name': 'no mailbox can have that name',
  'too-many-mailboxes': 'the account has too many mailboxes',
  'mailbox-gone': 'the mailbox was removed meanwhile',
} as const;
const REMEDIES = {
  'over-quota': 'Make room and run the import again: it goes on where it stopped.',
  'bad-mailbox-name': 'Name another with --mailbox, or rename the folder.',
  'too-many-mailboxes': 'Remove some, or import folders one by one with --mailbox.',
  'mailbox-gone': 'Run the import again.',
} as const;

export async function exportMail(
  account: string,
  to: string,
  options: ExportOptions,
): Promise<void> {
  const { maildirTarget, mboxTarget } = await import('./files/target.ts');
  const make = { maildir: maildirTarget, mbox: mboxTarget }[options.format];
  if (!make) {
    throw new CommandFailure(
      `--format ${options.format} is not known`,
      'Write --format maildir or --format mbox.',
    );
  }
  const root = path.resolve(to);
  await makeTarget(root);
  const { mailbox } = options;
  const asked = mailbox === undefined ? undefined : levelsOf(mailbox);
  const chunks = callBytes(options, 'mail/export', { account, mailbox });
  let exported = 0;
  let known = 0;
  const progress = new Progress(() => `${exported} exported, ${known} there already`);
  try {
    const target = make(root);
    for await (const { head, pieces } of fromFrames(chunks)) {
      const parts: Uint8Array[] = [];
      for await (const piece of pieces) parts.push(piece);
      const outgoing = head as OutgoingHead;
      const written = await onDisk(
        root,
        target.write(outgoing, below(outgoing.mailbox, asked), Buffer.concat(parts)),
      );
      if (written) exported++;
      else known++;
    }
    await onDisk(root, target.end());
  } finally {
    progress.stop();
  }
  const sentence = `${messagesWere(exported)} exported${thereAlready(known)}.`;
  printDone(options, { account, exported, known }, sentence);
}

/** @throws CommandFailure */
async function makeTarget(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
  } catch (error) {
    throw new CommandFailure(
      `the folder ${folder} cannot be made: ${(error as Error).message}`,
      'Name a folder that this user may write to.',
    );
  }
}

/** @throws CommandFailure where the file system takes no more */
async function onDisk<T>(folder: string, writing: Promise<T>): Promise<T> {
  try {
    return await writing;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new CommandFailure(
      `the mail cannot be written to ${folder}: ${(error as Error).message}`,
      'Make room, or name a folder that this user may write to, and run the export again.',
    );
  }
}

/** The levels below what was asked for; INBOX is the root of a whole export. */
function below(path: readonly string[], asked: readonly string[] | undefined): readonly string[] {
  if (asked) return path.slice(asked.length);
  return path.length === 1 && path[0] === 'INBOX' ? [] : path;
}
