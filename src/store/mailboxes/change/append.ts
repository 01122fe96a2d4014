/** Puts messages that a client hands in into a mailbox: APPEND, MULTIAPPEND (RFC 3502) and REPLACE (RFC 8508); JMAP's import later. */
import { quotaLeft } from '#store/directory/directory';
import { blobOrder, storeBlob } from '#store/emails/blobs';
import type { Entries } from '#store/mailboxes/entries/entries';
import { keywordList, MAX_KEYWORDS } from '#store/mailboxes/entries/keyword-sets';
import type { MailStore } from '#store/mailboxes/mail-store';
import type { Statement } from '#store/writer/writer';
import { appendStatement, type AppendedRow, type NewMessage } from './append-statement.ts';
import { expungeStatement, showExpunged } from './expunge.ts';
import { sayChanged } from './run-statement.ts';
import type { Step } from './step.ts';

export interface AppendDone {
  readonly kind: 'appended';
  readonly uidValidity: number;
  /** In the order of the messages, rising. */
  readonly uids: readonly number[];
  readonly emailIds: readonly number[];
  /** Of the last change. */
  readonly modseq: number;
  readonly steps: readonly Step[];
}

export type Appended =
  | AppendDone
  | { readonly kind: 'no-such-mailbox' }
  | { readonly kind: 'over-quota' }
  | { readonly kind: 'too-many-keywords' };

/** All messages or none; at least one. */
export async function append(
  mail: MailStore,
  accountId: string,
  mailboxId: string,
  messages: readonly NewMessage[],
): Promise<Appended> {
  const stored = await store(mail, accountId, mailboxId, messages, undefined);
  if (stored.kind === 'no-such-message') throw new Error('nothing was to be replaced');
  return stored;
}

/** Appends to `to` and expunges the message `uid` of `mailboxId`, both or neither. */
export function replace(
  mail: MailStore,
  accountId: string,
  replaced: { readonly mailboxId: string; readonly uid: number },
  to: string,
  message: NewMessage,
): Promise<Appended | { readonly kind: 'no-such-message' }> {
  return store(mail, accountId, to, [message], replaced);
}

async function store(
  mail: MailStore,
  accountId: string,
  mailboxId: string,
  messages: readonly NewMessage[],
  replaced: { readonly mailboxId: string; readonly uid: number } | undefined,
): Promise<Appended | { readonly kind: 'no-such-message' }> {
  const keywords = messages.map((message) => keywordList(message.keywords));
  if (keywords.some(({ length }) => length > MAX_KEYWORDS)) return { kind: 'too-many-keywords' };
  if (!(await hasRoom(mail, accountId, messages))) return { kind: 'over-quota' };
  const now = mail.clock.now();
  const ids = messages.map(() => mail.newId());
  const blobs = blobStatements(messages, now);
  const appends = messages.map((message, i) =>
    appendStatement({
      accountId,
      mailboxId,
      messageId: ids[i]!,
      message,
      keywords: keywords[i]!,
      replaced,
      now,
    }),
  );
  const results = await mail.writer.run({
    accounts: [accountId],
    order: messages.map(({ blob }) => blobOrder(blob)).toSorted()[0]!,
    bytes: messages.reduce((sum, { blob }) => sum + (blob.kind === 'whole' ? blob.size : 500), 0),
    statements: [
      ...blobs,
      ...appends,
      ...(replaced ? [expungeReplaced(accountId, replaced, mailboxId, now)] : []),
    ],
  });
  const rows = results
    .slice(blobs.length, blobs.length + appends.length)
    .map((result) => result.rows[0] as unknown as AppendedRow);
  if (!rows[0]!.found) return { kind: 'no-such-mailbox' };
  if (rows[0]!.uid === null) return { kind: 'no-such-message' };
  const done = doneOf(rows);
  const previous = followsUpon(rows);
  const steps = [{ mailboxId, previous, modseq: done.modseq }];
  await mail.views.apply(accountId, mailboxId, {
    previous,
    modseq: done.modseq,
    delta: () => ({
      modseq: done.modseq,
      uidNext: done.uids.at(-1)! + 1,
      arrived: entriesOf(rows, messages, keywords),
    }),
  });
  let { modseq } = done;
  if (replaced) {
    const expunged = results.at(-1)!.rows[0]!;
    await showExpunged(mail, accountId, replaced.mailboxId, expunged);
    modseq = Number(expunged['modseq']);
    steps.push({ mailboxId: replaced.mailboxId, previous: Number(expunged['previous']), modseq });
  }
  sayChanged(mail, accountId);
  return { ...done, modseq, steps };
}

/** Asked before, as for mail from others (docs/decisions/0007): what is under way at the same moment may go over it. */
async function hasRoom(
  { pool }: MailStore,
  accountId: string,
  messages: readonly NewMessage[],
): Promise<boolean> {
  const { bytes = Infinity, messages: left = Infinity } = await quotaLeft(pool, accountId);
  return messages.length <= left && messages.reduce((sum, { blob }) => sum + blob.size, 0) <= bytes;
}

/** By hash, so that two that have blobs in common meet them in one order. */
function blobStatements(messages: readonly NewMessage[], now: number): Statement[] {
  const blobs = new Map(messages.map(({ blob }) => [blobOrder(blob), blob]));
  return Array.from(blobs.keys())
    .toSorted()
    .map((hash) => storeBlob(blobs.get(hash)!, now));
}

function expungeReplaced(
  accountId: string,
  { mailboxId, uid }: { readonly mailboxId: string; readonly uid: number },
  into: string,
  now: number,
): Statement {
  const ranges = [{ from: uid, to: uid }];
  return expungeStatement(accountId, { mailboxId, ranges, onlyDeleted: false, now, into });
}

function doneOf(rows: readonly AppendedRow[]): Omit<AppendDone, 'steps'> {
  return {
    kind: 'appended',
    uidValidity: Number(rows[0]!.uidvalidity),
    uids: rows.map(({ uid }) => Number(uid)),
    emailIds: rows.map(({ emailId }) => Number(emailId)),
    modseq: Number(rows.at(-1)!.modseq),
  };
}

/** The modseq that all of them together follow upon; -1, which nothing has, where those of others lie between. */
function followsUpon(rows: readonly AppendedRow[]): number {
  const together = rows.every(({ previous }, i) => i === 0 || previous === rows[i - 1]!.modseq);
  return together ? Number(rows[0]!.previous) : -1;
}

function entriesOf(
  rows: readonly AppendedRow[],
  messages: readonly NewMessage[],
  keywords: readonly (readonly string[])[],
): Entries {
  return {
    uids: Uint32Array.from(rows, ({ uid }) => Number(uid)),
    emailIds: Float64Array.from(rows, ({ emailId }) => Number(emailId)),
    modseqs: Float64Array.from(rows, ({ modseq }) => Number(modseq)),
    flags: Uint8Array.from(messages, ({ flags }) => flags),
    keywords: keywords.map((list) => list.join(' ')),
  };
}
