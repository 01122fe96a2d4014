/** Renames and moves mailboxes; what lies below goes along, and so does the subscription (RFC 9051 §6.3.6). */
import { moveAll } from '#store/mailboxes/change/copy';
import { runStatement, sayChanged } from '#store/mailboxes/change/run-statement';
import type { MailStore } from '#store/mailboxes/mail-store';
import { createMailbox } from './create.ts';
import { canonicalPath, MAILBOX_LIMITS, type BadName } from './names.ts';
import { FOLLOW_PATH, MAKE_PATH } from './path-query.ts';

export type MailboxRenamed =
  | { readonly kind: 'renamed' }
  | { readonly kind: 'no-such-mailbox' }
  | { readonly kind: 'exists' }
  | { readonly kind: 'into-itself' }
  | { readonly kind: 'too-many' }
  | BadName;

/** Missing parents are made. INBOX stays: its messages move to the new mailbox, its children do not. */
export async function renameMailbox(
  mail: MailStore,
  accountId: string,
  mailboxId: string,
  to: readonly string[],
): Promise<MailboxRenamed> {
  const canonical = canonicalPath(to);
  if (canonical.kind === 'bad-name') return canonical;
  const answer = await runStatement(mail, accountId, {
    name: 'rename_mailbox',
    text: RENAME,
    values: [
      accountId,
      canonical.path,
      new Date(mail.clock.now()),
      mailboxId,
      MAILBOX_LIMITS.mailboxes,
      MAILBOX_LIMITS.depth,
    ],
  });
  const kind = answer!['kind'] as
    | Exclude<MailboxRenamed['kind'], 'bad-name'>
    | 'inbox'
    | 'too-deep';
  if (kind === 'inbox') return renameInbox(mail, accountId, mailboxId, canonical.path);
  if (kind === 'too-deep') return { kind: 'bad-name', reason: 'too-deep' };
  if (kind === 'renamed') sayChanged(mail, accountId);
  return { kind };
}

/** In two transactions: a crash between them leaves an empty mailbox, and no message is lost or twice there. */
async function renameInbox(
  mail: MailStore,
  accountId: string,
  inboxId: string,
  path: readonly string[],
): Promise<MailboxRenamed> {
  const created = await createMailbox(mail, accountId, { path });
  if (created.kind === 'role-taken') throw new Error('a role was taken that nobody asked for');
  if (created.kind !== 'created') return created;
  const moved = await moveAll(mail, accountId, inboxId, created.mailboxId);
  return moved.kind === 'copied' ? { kind: 'renamed' } : { kind: 'no-such-mailbox' };
}

const RENAME = `
  with recursive ${FOLLOW_PATH},
  below(id, height) as (
    select $4::bigint, 0
    union all
    select m.id, b.height + 1 from below b join mailboxes m on m.account_id = $1 and m.parent_id = b.id),
  refusal as materialized (
    select case
      when s.id is null then 'no-such-mailbox'
      when d.depth = cardinality($2::text[]) then 'exists'
      when s.role = 'inbox' then 'inbox'
      when exists (select from existing where id = s.id) then 'into-itself'
      when cardinality($2::text[]) + (select max(height) from below) > $6 then 'too-deep'
      when (select count(*) from mailboxes where account_id = $1) + cardinality($2::text[]) - 1 - d.depth > $5 then 'too-many'
      end as kind
    from deepest d left join mailboxes s on s.id = $4 and s.account_id = $1),
  new as materialized (
    select p.name, p.depth, nextval('mailboxes_id_seq') as id, nextval('uidvalidity_seq') as uidvalidity, null::text as role,
      false as subscribed
    from refusal r, deepest d, asked p
    where r.kind is null and p.depth > d.depth and p.depth < cardinality($2::text[]) order by p.depth),
  ${MAKE_PATH},
  wanted as (
    delete from absent_subscriptions s using refusal r where r.kind is null and s.account_id = $1 and s.path = $2 returning 1),
  moved as (
    update mailboxes m set name = ($2::text[])[cardinality($2::text[])], modseq = at.modseq,
      parent_id = coalesce((select id from new order by depth desc limit 1), d.id),
      subscribed = m.subscribed or exists (select from wanted)
    from refusal r, deepest d, at where m.id = $4 and r.kind is null),
  account as (
    update accounts a set modseq = at.modseq from at, refusal r where a.id = $1 and r.kind is null)
  select coalesce(kind, 'renamed') as kind from refusal`;
