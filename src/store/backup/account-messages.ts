/** The messages of one account as a backup has them, each as it was read, in each mailbox it was in. For bringing back what was lost. */
import { concat } from '#bytes';
import { withoutRanges } from '#store/emails/emails';
import { byteaOf, numbersOf, readTextRows, textsOf, type TextRow } from './copy-text.ts';
import type { Manifest, TableFile } from './manifest.ts';
import { readTableFile } from './table-file.ts';
import { readBlobs, tableNamed } from './verify.ts';

export interface BackedUpMessage {
  /** From the root down. */
  readonly mailbox: readonly string[];
  readonly flags: number;
  readonly keywords: readonly string[];
  /** Calendar milliseconds. */
  readonly receivedAt: number;
  readonly content: Uint8Array;
}

/** Undefined where the backup has no such account. @throws DamagedBackup */
export async function accountMessages(
  folder: string,
  { tables }: Manifest,
  account: string,
): Promise<AsyncGenerator<BackedUpMessage, void, undefined> | undefined> {
  const source = { folder, tables };
  const accountId = await findRow(source, 'accounts', ['id', 'name'], ([, name]) =>
    name === account ? true : undefined,
  );
  return accountId && messagesOf(source, accountId[0]!);
}

interface Source {
  readonly folder: string;
  readonly tables: readonly TableFile[];
}

interface Email {
  readonly prefix: string;
  readonly hidden: readonly number[];
  readonly receivedAt: number;
  readonly entries: Omit<BackedUpMessage, 'receivedAt' | 'content'>[];
}

async function* messagesOf(
  source: Source,
  accountId: string,
): AsyncGenerator<BackedUpMessage, void, undefined> {
  const emails = new Map<string, Email>();
  const byBlob = new Map<number, Email[]>();
  for await (const [id, owner, blobId, prefix, hidden, receivedAt] of columnsOf(source, 'emails', [
    'id',
    'account_id',
    'blob_id',
    'prefix',
    'hidden',
    'received_at',
  ])) {
    if (owner !== accountId) continue;
    const email = {
      prefix: prefix!,
      hidden: numbersOf(hidden!),
      receivedAt: Date.parse(receivedAt!),
      entries: [],
    };
    emails.set(id!, email);
    const blob = Number(blobId);
    byBlob.set(blob, [...(byBlob.get(blob) ?? []), email]);
  }
  await addEntries(source, await mailboxPaths(source, accountId), emails);
  const { folder, tables } = source;
  for await (const { blobId, chunks } of readBlobs(folder, tables, (id) => byBlob.has(id))) {
    for (const { prefix, hidden, receivedAt, entries } of byBlob.get(blobId) ?? []) {
      const content = concat([byteaOf(prefix), ...shown(chunks, hidden)]);
      for (const entry of entries) yield { ...entry, receivedAt, content };
    }
  }
}

async function addEntries(
  source: Source,
  paths: ReadonlyMap<string, readonly string[]>,
  emails: ReadonlyMap<string, Email>,
): Promise<void> {
  const columns = ['mailbox_id', 'email_id', 'flags', 'keywords'];
  for await (const [mailboxId, emailId, flags, keywords] of columnsOf(
    source,
    'mailbox_entries',
    columns,
  )) {
    const mailbox = paths.get(mailboxId!);
    if (mailbox === undefined) continue;
    emails
      .get(emailId!)
      ?.entries.push({ mailbox, flags: Number(flags), keywords: textsOf(keywords!) });
  }
}

async function mailboxPaths(
  source: Source,
  accountId: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const mailboxes = new Map<string, { readonly name: string; readonly parent: string | null }>();
  const columns = ['id', 'account_id', 'parent_id', 'name'];
  for await (const [id, owner, parent, name] of columnsOf(source, 'mailboxes', columns))
    if (owner === accountId) mailboxes.set(id!, { name: name!, parent: parent! });
  const paths = new Map<string, readonly string[]>();
  for (const [id] of mailboxes) {
    const levels: string[] = [];
    for (let at: string | null = id; at !== null && levels.length <= mailboxes.size;) {
      const mailbox = mailboxes.get(at);
      if (mailbox) levels.unshift(mailbox.name);
      at = mailbox?.parent ?? null;
    }
    paths.set(id, levels);
  }
  return paths;
}

function shown(chunks: readonly Uint8Array[], hidden: readonly number[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const chunk of chunks) {
    parts.push(...withoutRanges(chunk, offset, hidden));
    offset += chunk.length;
  }
  return parts;
}

async function* columnsOf(
  { folder, tables }: Source,
  name: string,
  columns: readonly string[],
): AsyncGenerator<TextRow, void, undefined> {
  const table = tableNamed(tables, name);
  const places = columns.map((column) => table.columns.indexOf(column));
  for await (const row of readTextRows(readTableFile(folder, table)))
    yield places.map((place) => row[place] ?? null);
}

async function findRow(
  source: Source,
  name: string,
  columns: readonly string[],
  matches: (row: TextRow) => true | undefined,
): Promise<TextRow | undefined> {
  for await (const row of columnsOf(source, name, columns)) if (matches(row)) return row;
  return undefined;
}
