/**
 * Messages to files, as `mail export` writes them. A Maildir gets what it does not have yet, so that an export can be repeated and goes
 * on after a break; an mbox is written anew and takes the place of the old one when it is whole. All of it is on disk at the end.
 */
import { open, readdir, rename, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { concat } from '#bytes';
import { FLAG_BITS } from '#protocol/imap/flags';
import { encodeUtf7 } from '#protocol/imap/mailbox-name';
import { toLf } from '#protocol/mbox/line-ends';
import { mboxHead, mboxQuoted } from '#protocol/mbox/mbox-writer';
import type { OutgoingHead } from '#servers/admin/calls/mail-transfer';
import { makeFolder } from '#store/make-folder';
import { keywordNames, writeKeywordNames } from './keyword-names.ts';
import { escaped, INBOX_FILE, MAILDIR_PARTS } from './level-names.ts';
import { MailboxFiles, type FileForm } from './mailbox-files.ts';
import { ChangedFolders } from './written-file.ts';

export interface Target {
  /** False: it was there. `content` is the whole message. */
  write(head: OutgoingHead, mailbox: readonly string[], content: Uint8Array): Promise<boolean>;
  /** After the last message. When it returns all of it is on disk. */
  end(): Promise<void>;
}

const { seen, answered, flagged, deleted, draft } = FLAG_BITS;

function letters(flags: number, table: Readonly<Record<string, number>>): string {
  return Object.keys(table)
    .filter((letter) => (flags & table[letter]!) !== 0)
    .join('');
}

/** For the keywords of a folder. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'.split('');

interface MaildirFolder {
  readonly path: string;
  /** Names of files without their flags. */
  readonly known: Set<string>;
  /** By letter, those of earlier exports too. */
  readonly keywords: Map<string, string>;
}

/** Folders beside one another, whose names begin with a dot that also parts the levels; `mailbox` [] is the root. */
const MAILDIR: FileForm = {
  named: (mailbox) => [mailbox.map((level) => `.${escaped(encodeUtf7(level), 'all')}`).join('')],
  madeUp: (stem) => `.${stem}`,
};

/** A Maildir++. */
export function maildirTarget(root: string): Target {
  const folders = new Map<string, MaildirFolder>();
  const files = new MailboxFiles(root, MAILDIR);
  const changed = new ChangedFolders();
  return {
    async write(head, mailbox, content) {
      // it is a Maildir by what INBOX has, be it empty
      if (folders.size === 0) folders.set('[]', await openFolder(root, changed));
      const key = JSON.stringify(mailbox);
      let folder = folders.get(key);
      if (!folder) {
        folder = await openFolder(path.join(root, await files.of(mailbox)), changed);
        folders.set(key, folder);
      }
      return writeMaildir(folder, head, content);
    },
    end: () => changed.sync(),
  };
}

async function openFolder(folder: string, changed: ChangedFolders): Promise<MaildirFolder> {
  const known = new Set<string>();
  for (const part of MAILDIR_PARTS) {
    await makeFolder(path.join(folder, part));
    changed.note(path.join(folder, part));
    if (part === 'tmp') continue;
    for (const name of await readdir(path.join(folder, part))) known.add(name.split(':')[0]!);
  }
  return { path: folder, known, keywords: await keywordNames(folder) };
}

async function writeMaildir(
  folder: MaildirFolder,
  { flags, keywords, date, uid, uidValidity }: OutgoingHead,
  content: Uint8Array,
): Promise<boolean> {
  const bytes = toLf(content);
  const name = `${Math.floor(date / 1000)}.V${uidValidity}U${uid}.hikyaku,S=${bytes.length}`;
  if (folder.known.has(name)) return false;
  const words = await keywordLetters(folder, keywords);
  const info = letters(flags, { D: draft, F: flagged, R: answered, S: seen, T: deleted }) + words;
  const temporary = path.join(folder.path, 'tmp', name);
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.utimes(date / 1000, date / 1000);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path.join(folder.path, 'cur', `${name}:2,${info}`));
  folder.known.add(name);
  return true;
}

/** Without those for which no letter is left. What a letter means is on disk before a file has it in its name. */
async function keywordLetters(
  { path: folder, keywords }: MaildirFolder,
  wanted: readonly string[],
): Promise<string> {
  const letterOf = (keyword: string): string | undefined =>
    [...keywords].find(([, name]) => name === keyword)?.[0];
  const before = keywords.size;
  for (const keyword of wanted) {
    const free = LETTERS.find((letter) => !keywords.has(letter));
    if (letterOf(keyword) === undefined && free !== undefined) keywords.set(free, keyword);
  }
  if (keywords.size > before) await writeKeywordNames(folder, keywords);
  return wanted.flatMap((keyword) => letterOf(keyword) ?? []).join('');
}

/** Files in folders that are no Maildir's; `mailbox` [] is called INBOX, and what lies below it under that name has another. */
const MBOX: FileForm = {
  named(mailbox) {
    if (mailbox.length === 0) return [INBOX_FILE];
    const levels = mailbox.map((level) => escaped(level, 'misleading'));
    const file = `${levels.at(-1)!}.mbox`;
    const above = levels.slice(0, -1);
    if (above.some((level) => MAILDIR_PARTS.includes(level))) return undefined;
    return above.length === 0 && file === INBOX_FILE ? undefined : [...above, file];
  },
  madeUp: (stem) => `${stem}.mbox`,
};

/** A folder with a file for each mailbox, `Archive/2026.mbox`. The messages of one come together. */
export function mboxTarget(root: string): Target {
  let current: { key: string; file: string; handle: FileHandle } | undefined;
  const files = new MailboxFiles(root, MBOX);
  const changed = new ChangedFolders();
  const close = async (): Promise<void> => {
    if (!current) return;
    const { handle, file } = current;
    current = undefined;
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${file}.part`, file);
  };
  const begin = async (
    mailbox: readonly string[],
    key: string,
  ): Promise<NonNullable<typeof current>> => {
    await makeFolder(root);
    const file = path.join(root, await files.of(mailbox));
    await makeFolder(path.dirname(file));
    changed.note(path.dirname(file));
    return { key, file, handle: await open(`${file}.part`, 'w', 0o600) };
  };
  return {
    async write({ flags, keywords, date }, mailbox, content) {
      const key = JSON.stringify(mailbox);
      if (current?.key !== key) {
        await close();
        current = await begin(mailbox, key);
      }
      const status = (flags & seen) !== 0 ? 'RO' : 'O';
      const xStatus = letters(flags, { A: answered, D: deleted, F: flagged, T: draft });
      const bytes = toLf(content);
      const head = mboxHead({ date, status, xStatus, keywords }, bytes);
      await current.handle.writeFile(concat([head, mboxQuoted(bytes)]));
      return true;
    },
    async end() {
      await close();
      await changed.sync();
    },
  };
}
