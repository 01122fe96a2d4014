/**
 * What every way of storing a message has in common, be it delivered or appended: parts of a statement that write the rows of `new`,
 * one for each message, and count up account and mailbox; and the keys by which a message finds its thread.
 *
 * `new` has the columns of {@link NEW_EMAILS}. The accounts are locked: what their rows and those of their mailboxes say at the start
 * of the statement is what it counts up from. Each row counts once for all that it gets.
 */
import { createHash } from 'node:crypto';
import type { MessageSummary } from '#protocol/message/summary';

export const SUMMARY_VERSION = 2;
/** More references than this say nothing about a thread. */
const THREAD_KEYS = 30;

/** What `new` takes from rows `d` (account_id, keys, row), their account `a` and their mailbox `m`. */
export const NEW_EMAILS = `
  nextval('email_ids') as email_id,
  a.modseq + row_number() over (partition by d.account_id order by d.row) as modseq,
  m.next_uid - 1 + row_number() over (partition by m.id order by d.row) as uid,
  (select min(thread_id) from thread_links where account_id = d.account_id and key = any(d.keys::bigint[])) as thread_id`;

/**
 * From `new` (row, account_id, email_id, thread_id, blob_id, message_id, prefix, hidden, size, reverse_path, forward_path, received_at,
 * saved_at, summary, keys, modseq, mailbox_id, uid, flags, keywords).
 */
export const WRITE_NEW_EMAILS = `
  account as (
    update accounts a set modseq = n.modseq, used_bytes = a.used_bytes + n.bytes, used_messages = a.used_messages + n.messages
    from (select account_id, max(modseq) as modseq, sum(size)::bigint as bytes, count(*) as messages from new group by 1) n
    where a.id = n.account_id),
  mailbox as (
    update mailboxes m set next_uid = n.uid + 1, modseq = n.modseq, messages = m.messages + n.messages,
      unseen = m.unseen + n.unseen, deleted = m.deleted + n.deleted, bytes = m.bytes + n.bytes
    from (select mailbox_id, max(uid) as uid, max(modseq) as modseq, sum(size)::bigint as bytes, count(*) as messages,
            count(*) filter (where flags & 1 = 0) as unseen, count(*) filter (where flags & 8 <> 0) as deleted
          from new group by 1) n
    where m.id = n.mailbox_id),
  email as (
    insert into emails (id, account_id, thread_id, blob_id, message_id, prefix, hidden, size, reverse_path, forward_path,
      received_at, summary, parser_version, modseq, created_modseq)
    select email_id, account_id, coalesce(thread_id, email_id), blob_id, message_id, prefix, hidden::integer[], size, reverse_path,
      forward_path, received_at, summary, ${SUMMARY_VERSION}, modseq, modseq
    from new),
  entry as (
    insert into mailbox_entries (mailbox_id, uid, email_id, modseq, created_modseq, saved_at, flags, keywords)
    select mailbox_id, uid, email_id, modseq, modseq, saved_at, flags, keywords from new),
  link as (
    insert into thread_links (account_id, key, thread_id)
    select account_id, key, coalesce(thread_id, email_id) from new, unnest(keys::bigint[]) as k(key)
    on conflict do nothing)`;

/** Keys under which a message finds its thread: its own id and those it refers to, with the base subject (RFC 8621 §3). */
export function threadKeys(summary: MessageSummary): string[] {
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

/** For `apart`: messages of one thread find it one after another. */
export function threadNames(accountId: string, keys: readonly string[]): string[] {
  return keys.map((key) => `${accountId} ${key}`);
}
