/**
 * Mailboxes that keep a message for a time, counted from when it came into them (SAVEDATE, RFC 8514), flagged or not. What is past its
 * time is expunged as by a client: sessions see it go, it frees quota, and `mail undelete` brings it back. What accounts hold that are
 * disabled or removed stays as it is. Called by `maintenance.ts`; safe to run in several processes at once.
 */
import { PIECE } from '#store/mailboxes/entries/uid-ranges';
import type { MailStore } from '#store/mailboxes/mail-store';
import type { Queryable } from '#store/query/queryable';
import { expunge } from './expunge.ts';

/**
 * @param after milliseconds; undefined: its messages stay
 * @returns false where there is no such mailbox
 */
export async function setExpiry(
  db: Queryable,
  accountId: string,
  mailboxId: string,
  after: number | undefined,
): Promise<boolean> {
  const { rows } = await db.query({
    text: `update mailboxes set expire_after = make_interval(secs => $3::double precision) where account_id = $1 and id = $2
           returning id`,
    values: [accountId, mailboxId, after === undefined ? null : after / 1000],
  });
  return rows.length === 1;
}

/** Milliseconds by the id of the mailbox; those that keep everything are left out. */
export async function expiriesOf(
  db: Queryable,
  accountId: string,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await db.query({
    text: `select id, extract(epoch from expire_after)::double precision * 1000 as after
           from mailboxes where account_id = $1 and expire_after is not null`,
    values: [accountId],
  });
  return new Map((rows as { id: string; after: number }[]).map(({ id, after }) => [id, after]));
}

/** @returns how many messages went */
export async function expireMail(mail: MailStore, now: number): Promise<number> {
  const { rows } = await mail.pool.query<Expiring>(
    `select m.account_id as "accountId", m.id as "mailboxId", $1::timestamptz - m.expire_after as before
     from mailboxes m join accounts a on a.id = m.account_id
     where m.expire_after is not null and m.messages > 0 and a.disabled_at is null and a.removed_at is null
     order by m.account_id, m.id`,
    [new Date(now)],
  );
  let gone = 0;
  for (const mailbox of rows) gone += await expireMailbox(mail, mailbox);
  return gone;
}

interface Expiring {
  readonly accountId: string;
  readonly mailboxId: string;
  readonly before: Date;
}

async function expireMailbox(
  mail: MailStore,
  { accountId, mailboxId, before }: Expiring,
): Promise<number> {
  let gone = 0;
  for (let above = 0; ;) {
    const { rows } = await mail.pool.query<{ uid: string }>({
      name: 'expired_entries',
      text: 'select uid from mailbox_entries where mailbox_id = $1 and uid > $2 and saved_at <= $3 order by uid limit $4',
      values: [mailboxId, above, before, PIECE],
    });
    if (rows.length === 0) return gone;
    const uids = Uint32Array.from(rows, ({ uid }) => Number(uid));
    const expunged = await expunge(mail, accountId, mailboxId, { uids, onlyDeleted: false });
    if (expunged.kind === 'no-such-mailbox') return gone;
    gone += expunged.uids.length;
    if (rows.length < PIECE) return gone;
    above = uids.at(-1)!;
  }
}
