/**
 * Messages in accounts. A delivery is one statement: it counts the account's modseq and the mailbox's UID up, links the thread, and
 * writes the email, its entry and the event. The blob was stored by an earlier statement of the same transaction.
 */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { MessageSummary } from '#protocol/message/summary';
import { readBlob, type Queryable } from './blobs.ts';
import { jsonText } from './json.ts';
import type { Statement } from './writer.ts';

export const SUMMARY_VERSION = 1;
/** More references than this say nothing about a thread. */
const THREAD_KEYS = 30;

export const FLAG = { seen: 1, answered: 2, flagged: 4, deleted: 8, draft: 16 } as const;

/** What a message as read is made of: the prefix, then the blob without the hidden ranges. */
export interface MessageView {
  readonly prefix: Uint8Array;
  /** start, end, start, end, … offsets in the blob, rising, not overlapping. */
  readonly hidden: readonly number[];
  /** Octets of the whole view. */
  readonly size: number;
}

export function viewOf(
  prefix: Uint8Array,
  blobSize: number,
  hidden: readonly number[],
): MessageView {
  let size = prefix.length + blobSize;
  for (let i = 0; i < hidden.length; i += 2) size -= hidden[i + 1]! - hidden[i]!;
  return { prefix, hidden, size };
}

export interface Delivery {
  readonly accountId: string;
  /** The mailbox by its role; without such a mailbox the inbox. */
  readonly role: 'inbox' | 'junk';
  readonly messageId: string;
  readonly recipientId: number;
  readonly sessionId: string | undefined;
  readonly attemptId: string | undefined;
  readonly sha256: Uint8Array;
  readonly view: MessageView;
  /** Null is the null reverse-path. */
  readonly reversePath: string | null;
  readonly forwardPath: string;
  readonly summary: MessageSummary;
  /** Calendar milliseconds. */
  readonly receivedAt: number;
}

/** What a delivery's statement answers. */
export interface Stored {
  readonly emailId: string;
  readonly mailboxId: string;
  readonly uid: string;
  readonly modseq: string;
}

/**
 * Puts a message into a mailbox. The job it stands in names the account in `accounts`. Fails on a not-null constraint when the account
 * or its inbox is gone: the transaction stores nothing.
 */
export function deliverEmail(delivery: Delivery): Statement {
  const { view, summary } = delivery;
  return {
    name: 'deliver_email',
    text: DELIVER_EMAIL,
    values: [
      delivery.accountId,
      delivery.role,
      delivery.messageId,
      delivery.recipientId,
      delivery.sessionId ?? null,
      delivery.attemptId ?? null,
      delivery.sha256,
      view.prefix,
      view.hidden,
      view.size,
      delivery.reversePath,
      delivery.forwardPath,
      new Date(delivery.receivedAt),
      jsonText(summary),
      threadKeys(summary),
    ],
  };
}

const DELIVER_EMAIL = `
  with account as (
    update accounts set modseq = modseq + 1, used_bytes = used_bytes + $10, used_messages = used_messages + 1
    where id = $1 returning id, name, modseq, tenant_id),
  target as (
    select id from mailboxes where account_id = $1 and role in ($2, 'inbox') order by role = $2 desc limit 1),
  mailbox as (
    update mailboxes m set next_uid = m.next_uid + 1, modseq = account.modseq, messages = m.messages + 1,
      unseen = m.unseen + 1, bytes = m.bytes + $10
    from account, target where m.id = target.id
    returning m.id, m.name, m.role, m.next_uid - 1 as uid),
  new as (select nextval('email_ids') as id),
  thread as (
    select coalesce(min(thread_id), (select id from new)) as id
    from thread_links where account_id = $1 and key = any($15::bigint[])),
  email as (
    insert into emails (id, account_id, thread_id, blob_id, message_id, prefix, hidden, size, reverse_path, forward_path,
      received_at, summary, parser_version, modseq, created_modseq)
    select new.id, $1, thread.id, (select id from blobs where sha256 = $7), $3, $8, $9, $10, $11, $12, $13, $14,
      ${SUMMARY_VERSION}, (select modseq from account), (select modseq from account)
    from new, thread),
  entry as (
    insert into mailbox_entries (mailbox_id, uid, email_id, modseq, created_modseq, saved_at, flags, keywords)
    select (select id from mailbox), (select uid from mailbox), new.id, account.modseq, account.modseq, $13, 0, '{}'
    from new left join account on true),
  link as (
    insert into thread_links (account_id, key, thread_id)
    select $1, key, thread.id from thread, unnest($15::bigint[]) as k(key)
    on conflict do nothing),
  event as (
    insert into events (xid, id, at, type, session_id, message_id, recipient_id, attempt_id, account_id, tenant_id, fields, personal)
    select pg_current_xact_id(), nextval('event_ids'), $13, 'recipient.stored', $5, $3, $4, $6, $1, account.tenant_id,
      jsonb_build_object('mailbox', mailbox.name, 'uid', mailbox.uid::text, 'role', mailbox.role),
      jsonb_build_object('forwardPath', $12::text, 'account', account.name)
    from mailbox, account)
  select new.id as "emailId", mailbox.id as "mailboxId", uid, modseq from new, mailbox, account`;

/** Keys under which a message finds its thread: its own id and those it refers to, with the base subject (RFC 8621 §3). */
function threadKeys(summary: MessageSummary): string[] {
  const ids = new Set<string>();
  if (summary.messageId !== undefined) ids.add(summary.messageId);
  for (const id of [...summary.inReplyTo, ...summary.references.toReversed()]) {
    if (ids.size === THREAD_KEYS) break;
    ids.add(id);
  }
  return [...ids].map((id) =>
    createHash('sha256')
      .update(`${summary.baseSubject}\0${id}`)
      .digest()
      .readBigInt64BE()
      .toString(),
  );
}

/** A message as a list shows it. */
export interface ListedEmail {
  readonly emailId: string;
  readonly messageId: string;
  readonly mailbox: string;
  readonly uid: string;
  readonly size: string;
  readonly flags: number;
  readonly receivedAt: Date;
  readonly reversePath: string | null;
  readonly forwardPath: string | null;
  readonly summary: MessageSummary;
}

const LISTED = `e.id as "emailId", e.message_id as "messageId", m.name as mailbox, n.uid, e.size, n.flags,
  e.received_at as "receivedAt", e.reverse_path as "reversePath", e.forward_path as "forwardPath", e.summary`;

/**
 * The newest messages of an account, newest first.
 * @param mailbox a name; undefined means all mailboxes
 */
export async function listEmails(
  db: Queryable,
  accountId: string,
  { mailbox, limit }: { mailbox?: string | undefined; limit: number },
): Promise<ListedEmail[]> {
  const { rows } = await db.query({
    text: `select ${LISTED}
           from mailboxes m join mailbox_entries n on n.mailbox_id = m.id join emails e on e.id = n.email_id
           where m.account_id = $1 and ($2::text is null or lower(m.name) = lower($2))
           order by e.received_at desc, e.id desc limit $3`,
    values: [accountId, mailbox ?? null, limit],
  });
  return rows as ListedEmail[];
}

/** One message of an account by its email id or our message id; undefined where there is none. */
export async function findEmail(
  db: Queryable,
  accountId: string,
  id: string,
): Promise<ListedEmail | undefined> {
  const { rows } = await db.query({
    text: `select ${LISTED}
           from mailboxes m join mailbox_entries n on n.mailbox_id = m.id join emails e on e.id = n.email_id
           where m.account_id = $1 and (e.message_id = $2 or e.id::text = $2) limit 1`,
    values: [accountId, id],
  });
  return (rows as ListedEmail[])[0];
}

/** The octets of a message as read, chunk by chunk; nothing for an email that another account holds. */
export async function* readEmail(
  db: Queryable,
  accountId: string,
  emailId: string,
): AsyncGenerator<Uint8Array> {
  const { rows } = await db.query({
    text: 'select blob_id, prefix, hidden from emails where account_id = $1 and id = $2',
    values: [accountId, emailId],
  });
  const row = (rows as { blob_id: string; prefix: Buffer; hidden: number[] }[])[0];
  if (row) yield* readView(db, row.blob_id, row.prefix, row.hidden);
}

/** The prefix, then the blob without its hidden ranges. */
export async function* readView(
  db: Queryable,
  blobId: string,
  prefix: Uint8Array,
  hidden: readonly number[],
): AsyncGenerator<Uint8Array> {
  if (prefix.length > 0) yield prefix;
  let offset = 0;
  for await (const chunk of readBlob(db, blobId)) {
    yield* withoutRanges(chunk, offset, hidden);
    offset += chunk.length;
  }
}

/** The parts of a chunk that lies at `offset` of its blob which no hidden range covers. */
export function* withoutRanges(
  chunk: Uint8Array,
  offset: number,
  hidden: readonly number[],
): Generator<Uint8Array> {
  let from = 0;
  for (let i = 0; i < hidden.length && from < chunk.length; i += 2) {
    const start = hidden[i]! - offset;
    const end = hidden[i + 1]! - offset;
    if (start > from) yield chunk.subarray(from, Math.min(start, chunk.length));
    from = Math.max(from, end);
  }
  if (from < chunk.length) yield chunk.subarray(from);
}

export function storedOf(result: pg.QueryResult<Record<string, unknown>>): Stored {
  return result.rows[0] as unknown as Stored;
}
