/** The mailboxes of an account as a tree, with the figures that LIST and STATUS tell. */
import type { Queryable } from '#store/query/queryable';
import { canonicalPath } from './names.ts';

/** As RFC 8621 §2 names them; RFC 6154's attributes without the backslash, in lower case. */
export type Role = 'inbox' | 'archive' | 'drafts' | 'important' | 'junk' | 'sent' | 'trash';

export interface Mailbox {
  readonly id: string;
  readonly parentId: string | undefined;
  /** From the root down, in NFC; INBOX is upper case. */
  readonly path: readonly string[];
  readonly role: Role | undefined;
  readonly uidValidity: number;
  readonly uidNext: number;
  /** HIGHESTMODSEQ. */
  readonly modseq: number;
  /** Sessions were told of messages up to this UID (\Recent). */
  readonly recentUid: number;
  readonly messages: number;
  readonly unseen: number;
  readonly deleted: number;
  /** Octets of all its messages as read. */
  readonly bytes: number;
  readonly subscribed: boolean;
  readonly hasChildren: boolean;
}

export interface MailboxTree {
  /** Parents before their children; INBOX first, siblings by name. */
  readonly mailboxes: readonly Mailbox[];
  /** Subscribed names without a mailbox. */
  readonly absentSubscriptions: readonly (readonly string[])[];
}

const COLUMNS = `m.id, m.parent_id as "parentId", m.name, m.role, m.uidvalidity as "uidValidity", m.next_uid as "uidNext", m.modseq,
  m.messages, m.unseen, m.deleted, m.bytes, m.subscribed, m.recent_uid as "recentUid"`;

/** As PostgreSQL writes them: bigint is text. */
interface Row {
  readonly id: string;
  readonly parentId: string | null;
  readonly name: string;
  readonly role: Role | null;
  readonly uidValidity: string;
  readonly uidNext: string;
  readonly modseq: string;
  readonly messages: string;
  readonly unseen: string;
  readonly deleted: string;
  readonly bytes: string;
  readonly subscribed: boolean;
  readonly recentUid: string;
}

export async function listMailboxes(db: Queryable, accountId: string): Promise<MailboxTree> {
  const [{ rows }, absent] = await Promise.all([
    db.query({
      name: 'list_mailboxes',
      text: `select ${COLUMNS} from mailboxes m where m.account_id = $1 order by m.name`,
      values: [accountId],
    }),
    db.query({
      name: 'list_absent_subscriptions',
      text: 'select path from absent_subscriptions where account_id = $1 order by path',
      values: [accountId],
    }),
  ]);
  return {
    mailboxes: inOrder(rows as Row[]),
    absentSubscriptions: (absent.rows as { path: string[] }[]).map(({ path }) => path),
  };
}

/** Depth first without recursion: the depth is bounded for what is made here, not for what lies in the table. */
function inOrder(rows: readonly Row[]): Mailbox[] {
  const children = Map.groupBy(rows, ({ parentId }) => parentId);
  const roots = children.get(null) ?? [];
  const waiting = [
    ...roots.filter(({ role }) => role === 'inbox'),
    ...roots.filter(({ role }) => role !== 'inbox'),
  ]
    .toReversed()
    .map((row) => ({ row, above: [] as readonly string[] }));
  const mailboxes: Mailbox[] = [];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const path = [...next.above, next.row.name];
    const below = children.get(next.row.id) ?? [];
    mailboxes.push(mailboxOf(next.row, path, below.length > 0));
    for (const row of below.toReversed()) waiting.push({ row, above: path });
  }
  return mailboxes;
}

function mailboxOf(row: Row, path: readonly string[], hasChildren: boolean): Mailbox {
  return {
    id: row.id,
    parentId: row.parentId ?? undefined,
    path,
    role: row.role ?? undefined,
    uidValidity: Number(row.uidValidity),
    uidNext: Number(row.uidNext),
    modseq: Number(row.modseq),
    recentUid: Number(row.recentUid),
    messages: Number(row.messages),
    unseen: Number(row.unseen),
    deleted: Number(row.deleted),
    bytes: Number(row.bytes),
    subscribed: row.subscribed,
    hasChildren,
  };
}

/** A mailbox by its path, in any form; undefined where there is none. For SELECT, STATUS, APPEND: one question, no listing. */
export async function findMailbox(
  db: Queryable,
  accountId: string,
  levels: readonly string[],
): Promise<Mailbox | undefined> {
  const canonical = canonicalPath(levels);
  if (canonical.kind === 'bad-name') return undefined;
  const { path } = canonical;
  const { rows } = await db.query({ name: 'find_mailbox', text: FIND, values: [accountId, path] });
  const row = (rows as (Row & { hasChildren: boolean })[])[0];
  return row && mailboxOf(row, path, row.hasChildren);
}

const FIND = `
  with recursive asked as (select * from unnest($2::text[]) with ordinality as p(name, depth)),
  found(id, depth) as (
    select m.id, p.depth from asked p, mailboxes m
    where p.depth = 1 and m.account_id = $1 and m.parent_id is null and m.name = p.name
    union all
    select m.id, p.depth from found f, asked p, mailboxes m
    where p.depth = f.depth + 1 and m.account_id = $1 and m.parent_id = f.id and m.name = p.name)
  select ${COLUMNS},
    exists (select from mailboxes c where c.account_id = $1 and c.parent_id = m.id) as "hasChildren"
  from found f join mailboxes m on m.id = f.id where f.depth = cardinality($2::text[])`;
