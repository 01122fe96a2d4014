/**
 * Messages in accounts. A delivery is one statement: it counts the account's modseq and the mailbox's UID up, links the thread, and
 * writes the email, its entry and the event. The blob was stored by an earlier statement of the same transaction.
 */
import type { MessageSummary } from '#protocol/message/summary';
import { numberedRows, typesOf, type Columns } from '#store/query/given-rows';
import { jsonText } from '#store/query/json';
import type { Queryable } from '#store/query/queryable';
import type { RowsStatement, StatementResult } from '#store/writer/batch';
import { readBlob } from './blobs.ts';
import { NEW_EMAILS, threadKeys, threadNames, WRITE_NEW_EMAILS } from './new-emails.ts';

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
export function deliverEmail(delivery: Delivery): RowsStatement {
  const { view, summary } = delivery;
  const keys = threadKeys(summary);
  return {
    name: 'deliver_emails',
    text: DELIVER_EMAILS,
    columns: DELIVERY_TYPES,
    rows: [
      [
        delivery.accountId,
        delivery.role,
        delivery.messageId,
        delivery.recipientId,
        delivery.sessionId,
        delivery.attemptId,
        delivery.sha256,
        view.prefix,
        `{${view.hidden.join()}}`,
        view.size,
        delivery.reversePath,
        delivery.forwardPath,
        delivery.receivedAt,
        jsonText(summary),
        `{${keys.join()}}`,
      ],
    ],
    apart: threadNames(delivery.accountId, keys),
  };
}

const DELIVERY_COLUMNS = {
  account_id: 'bigint',
  role: 'text',
  message_id: 'text',
  recipient_id: 'integer',
  session_id: 'text',
  attempt_id: 'text',
  sha256: 'bytea',
  prefix: 'bytea',
  hidden: 'text',
  size: 'bigint',
  reverse_path: 'text',
  forward_path: 'text',
  received_at: 'timestamptz',
  summary: 'jsonb',
  keys: 'text',
} as const satisfies Columns;
const DELIVERY_TYPES = typesOf(DELIVERY_COLUMNS);

const DELIVER_EMAILS = `
  with new as materialized (
    select d.*, b.id as blob_id, a.name as account, a.tenant_id, m.id as mailbox_id, m.name as mailbox, m.role as mailbox_role,
      d.received_at as saved_at, 0 as flags, '{}'::text[] as keywords, ${NEW_EMAILS}
    from ${numberedRows(DELIVERY_COLUMNS)} as d
      left join accounts a on a.id = d.account_id
      left join blobs b on b.sha256 = d.sha256
      left join lateral (
        select id, name, role, next_uid from mailboxes
        where account_id = d.account_id and role in (d.role, 'inbox') order by role = d.role desc limit 1) m on true),
  ${WRITE_NEW_EMAILS},
  event as (
    insert into events (xid, id, at, type, session_id, message_id, recipient_id, attempt_id, account_id, tenant_id, fields, personal)
    select pg_current_xact_id(), nextval('event_ids'), received_at, 'recipient.stored', session_id, message_id, recipient_id,
      attempt_id, account_id, tenant_id, jsonb_build_object('mailbox', mailbox, 'uid', uid::text, 'role', mailbox_role),
      jsonb_build_object('forwardPath', forward_path, 'account', account)
    from new)
  select row, email_id as "emailId", mailbox_id as "mailboxId", uid, modseq from new`;

/** A message as a list shows it. */
export interface ListedEmail {
  readonly emailId: string;
  readonly messageId: string;
  readonly mailboxId: string;
  /** The last level of its name. */
  readonly mailbox: string;
  readonly uid: string;
  readonly size: string;
  readonly flags: number;
  readonly receivedAt: Date;
  readonly reversePath: string | null;
  readonly forwardPath: string | null;
  readonly summary: MessageSummary;
}

const LISTED = `e.id as "emailId", e.message_id as "messageId", m.id as "mailboxId", m.name as mailbox, n.uid, e.size, n.flags,
  e.received_at as "receivedAt", e.reverse_path as "reversePath", e.forward_path as "forwardPath", e.summary`;

/** The newest messages of an account, newest first. */
export async function listEmails(
  db: Queryable,
  accountId: string,
  { limit }: { limit: number },
): Promise<ListedEmail[]> {
  const { rows } = await db.query({
    text: `select ${LISTED}
           from mailboxes m join mailbox_entries n on n.mailbox_id = m.id join emails e on e.id = n.email_id
           where m.account_id = $1
           order by e.received_at desc, e.id desc limit $2`,
    values: [accountId, limit],
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

export function storedOf(result: StatementResult): Stored {
  return result.rows[0] as unknown as Stored;
}
