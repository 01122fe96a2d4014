/** Removes a mailbox; its messages are kept as expunged ones are. One with children stays (RFC 9051 §6.3.5: NO [HASCHILDREN]). */
import { FREED } from '#store/mailboxes/change/leaving';
import { runStatement } from '#store/mailboxes/change/run-statement';
import type { MailStore } from '#store/mailboxes/mail-store';
import { MAILBOX_LIMITS } from './names.ts';

export type MailboxRemoved =
  | { readonly kind: 'removed' }
  | { readonly kind: 'no-such-mailbox' }
  | { readonly kind: 'has-children' }
  | { readonly kind: 'is-inbox' };

/** Its name stays subscribed if it was (RFC 9051 §6.3.7). */
export async function removeMailbox(
  mail: MailStore,
  accountId: string,
  mailboxId: string,
): Promise<MailboxRemoved> {
  const answer = await runStatement(mail, accountId, {
    name: 'remove_mailbox',
    text: REMOVE,
    values: [accountId, mailboxId, new Date(mail.clock.now()), MAILBOX_LIMITS.absentSubscriptions],
  });
  const kind = answer!['kind'] as MailboxRemoved['kind'];
  // not as known: a view of it has to look
  if (kind === 'removed') mail.notices.say(`account:${accountId}`);
  return { kind };
}

const REMOVE = `
  with recursive found as materialized (
    select a.modseq + 1 as modseq, m.id, m.subscribed, m.created_modseq,
      case when m.role = 'inbox' then 'is-inbox'
        when exists (select from mailboxes c where c.account_id = $1::bigint and c.parent_id = m.id) then 'has-children'
        else 'removed' end as kind
    from accounts a join mailboxes m on m.account_id = a.id where a.id = $1 and m.id = $2::bigint),
  at as materialized (select * from found where kind = 'removed'),
  above(parent_id, path) as (
    select m.parent_id, array[m.name] from at join mailboxes m on m.id = at.id
    union all
    select m.parent_id, m.name || a.path from above a join mailboxes m on m.id = a.parent_id),
  gone as materialized (
    select n.uid, n.email_id, n.saved_at, n.flags, n.keywords, e.size
    from at join mailbox_entries n on n.mailbox_id = at.id join emails e on e.id = n.email_id),
  entry as (delete from mailbox_entries n using at where n.mailbox_id = at.id),
  kept as (
    insert into expunged_entries (mailbox_id, uid, email_id, modseq, saved_at, flags, keywords, expunged_at)
    select at.id, g.uid, g.email_id, at.modseq, g.saved_at, g.flags, g.keywords, $3 from gone g, at),
  ${FREED},
  account as (
    update accounts a set modseq = at.modseq, used_bytes = a.used_bytes - f.bytes, used_messages = a.used_messages - f.messages
    from at, freed f where a.id = $1),
  tombstone as (
    insert into tombstones (account_id, modseq, kind, object_id, created_modseq, at)
    select $1, modseq, 'mailbox', id, created_modseq, $3 from at),
  subscription as (
    insert into absent_subscriptions (account_id, path)
    select $1, b.path from at, above b
    where at.subscribed and b.parent_id is null
      and (select count(*) from absent_subscriptions where account_id = $1) < $4
    on conflict do nothing),
  mailbox as (delete from mailboxes m using at where m.id = at.id)
  select coalesce((select kind from found), 'no-such-mailbox') as kind`;
