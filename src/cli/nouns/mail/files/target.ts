/**
 * Messages to files, as `mail export` writes them. A Maildir gets what it does not have yet, so that an export can be repeated and goes
 * on after a break; an mbox is written anew and takes the place of the old one when it is whole.
 */
import { createWriteStream } from 'node:fs';
import { open, readdir, rename, utimes } from 'node:fs/promises';
import { once } from 'node:events';
import path from 'node:path';
import { FLAG_BITS } from '#protocol/imap/flags';
import { encodeUtf7 } from '#protocol/imap/mailbox-name';
import { toLf } from '#protocol/mbox/line-ends';
import { mboxHead, mboxQuoted } from '#protocol/mbox/mbox-writer';
import type { OutgoingHead } from '#servers/admin/calls/mail-transfer';
import { makeFolder } from '#store/make-folder';
import { keywordNames, writeKeywordNames } from './keyword-names.ts';
import { escaped } from './level-names.ts';

export interface Target {
  /** False: it was there. `content` is the whole message. */
  write(head: OutgoingHead, mailbox: readonly string[], content: Uint8Array): Promise<boolean>;
  /** After the last message. */
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

/** A Maildir++: `mailbox` [] is its root. */
export function maildirTarget(root: string): Target {
  const folders = new Map<string, MaildirFolder>();
  return {
    async write(head, mailbox, content) {
      const name = mailbox.map((level) => `.${escaped(encodeUtf7(level), 'all')}`).join('');
      let folder = folders.get(name);
      if (!folder) folders.set(name, (folder = await openFolder(path.join(root, name))));
      return writeMaildir(folder, head, content);
    },
    async end() {},
  };
}

async function openFolder(folder: string): Promise<MaildirFolder> {
  const known = new Set<string>();
  for (const part of ['tmp', 'new', 'cur']) {
    await makeFolder(path.join(folder, part));
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
    await file.sync();
  } finally {
    await file.close();
  }
  await utimes(temporary, date / 1000, date / 1000);
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

/** A folder with a file for each mailbox, `Archive/2026.mbox`. */
export function mboxTarget(root: string): Target {
  let current:
    | { name: string; file: string; stream: ReturnType<typeof createWriteStream> }
    | undefined;
  const written = new Set<string>();
  const close = async (): Promise<void> => {
    if (!current) return;
    const { stream, file } = current;
    current = undefined;
    stream.end();
    await once(stream, 'close');
    await rename(`${file}.part`, file);
  };
  return {
    async write({ flags, keywords, date }, mailbox, content) {
      const name = `${(mailbox.length === 0 ? ['INBOX'] : mailbox).map((level) => escaped(level, 'leading')).join('/')}.mbox`;
      if (current?.name !== name) {
        await close();
        const file = path.join(root, name);
        await makeFolder(path.dirname(file));
        // INBOX is the mailbox that was asked for, and one below it may be called so
        const goesOn = written.has(name);
        if (goesOn) await rename(file, `${file}.part`);
        written.add(name);
        const how = { mode: 0o600, flags: goesOn ? 'a' : 'w' };
        current = { name, file, stream: createWriteStream(`${file}.part`, how) };
      }
      const status = (flags & seen) !== 0 ? 'RO' : 'O';
      const xStatus = letters(flags, { A: answered, D: deleted, F: flagged, T: draft });
      const bytes = toLf(content);
      current.stream.write(mboxHead({ date, status, xStatus, keywords }, bytes));
      if (!current.stream.write(mboxQuoted(bytes))) await once(current.stream, 'drain');
      return true;
    },
    end: close,
  };
}
