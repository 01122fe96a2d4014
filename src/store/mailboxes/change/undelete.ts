/**
 * Brings back what was expunged and not purged yet. What can be brought back is an email that no mailbox shows any more: one that was
 * copied elsewhere before it was expunged, as clients without MOVE do it, is not gone. It comes back to the mailbox that it left last,
 * or to INBOX where that was removed, with a new UID, as any arrival; without \Deleted, which would take it away again. Called by
 * servers/admin for `mail undelete`.
 */
import { quotaLeft } from '#store/directory/directory';
import { FLAG, type ListedEmail } from '#store/emails/emails';
import { PACKED_ENTRIES, unpackEntries } from '#store/mailboxes/entries/entries';
import { PIECE } from '#store/mailboxes/entries/uid-ranges';
import type { MailStore } from '#store/mailboxes/mail-store';
import type { Queryable } from '#store/query/queryable';
import type { ValuesStatement } from '#store/writer/batch';
import { runStatement, sayChanged } from './run-statement.ts';

export interface ExpungedChoice {
  /** Undefined: all. */
  readonly emailIds?: readonly string[] | undefined;
  /** The mailbox that they left. */
  readonly mailboxId?: string | undefined;
  /** Expunged from then on; calendar milliseconds. */
  readonly since?: number | undefined;
}

export interface ExpungedEmail extends Omit<ListedEmail, 'mailbox'> {
  /** The last level of its mailbox's name; null where that was removed. */
  readonly mailbox: string | null;
  readonly expungedAt: Date;
}

/** An entry to be brought back: the last that its email had. */
export interface Expunged {
  readonly emailId: string;
  readonly mailboxId: string;
  readonly uid: string;
  readonly size: string;
  /** The mailbox that it goes to. */
  readonly target: string;
}

export type Undeleted =
  | { readonly kind: 'undeleted'; readonly messages: number }
  | { readonly kind: 'over-quota' };

const PAGE = 500;

/** Those expunged last come first. */
export async function findExpunged(
  db: Queryable,
  accountId: string,
  { emailIds, mailboxId, since }: ExpungedChoice,
): Promise<Expunged[]> {
  const { rows } = await db.query({
    name: 'find_expunged',
    text: FIND,
    values: [
      accountId,
      emailIds ?? null,
      mailboxId ?? null,
      since === undefined ? null : new Date(since),
    ],
  });
  return rows as Expunged[];
}

const FIND = `
  select x.email_id as "emailId", x.mailbox_id as "mailboxId", x.uid, e.size, coalesce(m.id, i.id) as target
  from expunged_entries x
    join emails e on e.id = x.email_id
    join mailboxes i on i.account_id = e.account_id and i.role = 'inbox'
    left join mailboxes m on m.id = x.mailbox_id
  where e.account_id = $1
    and ($2::bigint[] is null or x.email_id = any($2))
    and ($3::bigint is null or x.mailbox_id = $3)
    and ($4::timestamptz is null or x.expunged_at >= $4)
    and not exists (select from mailbox_entries n where n.email_id = x.email_id)
    and not exists (
      select from expunged_entries y
      where y.email_id = x.email_id
        and (y.expunged_at, y.modseq, y.mailbox_id, y.uid) > (x.expunged_at, x.modseq, x.mailbox_id, x.uid))
  order by x.expunged_at desc, x.email_id desc`;

/** What a list shows of them, page by page; without those that were purged or brought back meanwhile. */
export async function* describeExpunged(
  db: Queryable,
  found: readonly Expunged[],
): AsyncGenerator<ExpungedEmail> {
  for (let at = 0; at < found.length; at += PAGE) {
    const page = found.slice(at, at + PAGE);
    const { rows } = await db.query({
      name: 'describe_expunged',
      text: DESCRIBE,
      values: [page.map(({ mailboxId }) => mailboxId), page.map(({ uid }) => uid)],
    });
    yield* rows as ExpungedEmail[];
  }
}

const DESCRIBE = `
  select e.id as "emailId", e.message_id as "messageId", x.mailbox_id as "mailboxId", m.name as mailbox, x.uid, e.size,
    x.flags, e.received_at as "receivedAt",
    e.reverse_path as "reversePath", e.forward_path as "forwardPath", e.summary, x.expunged_at as "expungedAt"
  from unnest($1::bigint[], $2::bigint[]) with ordinality as r(mailbox_id, uid, row)
    join expunged_entries x on x.mailbox_id = r.mailbox_id and x.uid = r.uid
    join emails e on e.id = x.email_id
    left join mailboxes m on m.id = x.mailbox_id
  order by r.row`;

/** Takes quota as arrivals do: all of them must fit. */
export async function undelete(
  mail: MailStore,
  accountId: string,
  found: readonly Expunged[],
): Promise<Undeleted> {
  const { bytes = Infinity, messages: left = Infinity } = await quotaLeft(mail.pool, accountId);
  const octets = found.reduce((sum, { size }) => sum + Number(size), 0);
  if (found.length > left || octets > bytes) return { kind: 'over-quota' };
  let messages = 0;
  for (const [target, entries] of Map.groupBy(found, (one) => one.target)) {
    for (let at = 0; at < entries.length; at += PIECE)
      messages += await bringBack(mail, accountId, target, entries.slice(at, at + PIECE));
  }
  if (messages > 0) sayChanged(mail, accountId);
  return { kind: 'undeleted', messages };
}

async function bringBack(
  mail: MailStore,
  accountId: string,
  target: string,
  entries: readonly Expunged[],
): Promise<number> {
  const statement = undeleteStatement(accountId, target, entries, mail.clock.now());
  const answer = await runStatement(mail, accountId, statement, entries.length);
  // the mailbox was removed meanwhile, or others brought them back
  if (!answer || answer['packed'] === null) return 0;
  const arrived = unpackEntries(answer['packed'], answer['words']);
  const modseq = Number(answer['modseq']);
  const uidNext = arrived.uids.at(-1)! + 1;
  await mail.views.apply(accountId, target, {
    previous: Number(answer['previous']),
    modseq,
    delta: () => ({ modseq, uidNext, arrived }),
  });
  return arrived.uids.length;
}

function undeleteStatement(
  accountId: string,
  target: string,
  entries: readonly Expunged[],
  now: number,
): ValuesStatement {
  return {
    name: 'undelete',
    text: UNDELETE,
    values: [
      accountId,
      target,
      entries.map(({ mailboxId }) => mailboxId),
      entries.map(({ uid }) => uid),
      new Date(now),
    ],
  };
}

/** That the old UID went is remembered by a tombstone from here on, for clients that were away (docs/decisions/0017). */
const UNDELETE = `
  with at as materialized (
    select a.modseq + 1 as modseq, m.id, m.modseq as previous, m.next_uid
    from accounts a join mailboxes m on m.account_id = a.id where a.id = $1::bigint and m.id = $2::bigint),
  chosen as materialized (
    select x.*, e.size
    from at, unnest($3::bigint[], $4::bigint[]) as r(mailbox_id, uid)
      join expunged_entries x on x.mailbox_id = r.mailbox_id and x.uid = r.uid
      join emails e on e.id = x.email_id
    where e.account_id = $1 and not exists (select from mailbox_entries n where n.email_id = x.email_id)),
  new as materialized (
    select at.next_uid - 1 + row_number() over (order by c.email_id) as uid, c.email_id, at.modseq, c.flags & ~${FLAG.deleted} as flags,
      c.keywords, at.id
    from chosen c, at order by c.email_id),
  entry as (
    insert into mailbox_entries (mailbox_id, uid, email_id, modseq, created_modseq, saved_at, flags, keywords)
    select id, uid, email_id, modseq, modseq, $5::timestamptz, flags, keywords from new),
  kept as (
    delete from expunged_entries x using chosen c where x.mailbox_id = c.mailbox_id and x.uid = c.uid),
  tombstone as (
    insert into tombstones (account_id, modseq, kind, object_id, uid, created_modseq, at)
    select $1, modseq, 'entry', mailbox_id, uid, 1, expunged_at from chosen),
  gain as materialized (
    select count(*) as messages, coalesce(sum(size), 0)::bigint as bytes, count(*) filter (where flags & ${FLAG.seen} = 0) as unseen
    from chosen),
  mailbox as (
    update mailboxes m set next_uid = m.next_uid + g.messages, modseq = at.modseq, messages = m.messages + g.messages,
      bytes = m.bytes + g.bytes, unseen = m.unseen + g.unseen
    from at, gain g where m.id = at.id and g.messages > 0),
  account as (
    update accounts a set modseq = at.modseq, used_bytes = a.used_bytes + g.bytes, used_messages = a.used_messages + g.messages
    from at, gain g where a.id = $1 and g.messages > 0)
  select at.previous, at.modseq, n.packed, n.words from at, (select ${PACKED_ENTRIES} from new) n`;
