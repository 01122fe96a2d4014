/** Makes mailboxes, with the parents that are missing (RFC 9051 §6.3.4). */
import { runStatement, sayChanged } from '#store/mailboxes/change/run-statement';
import type { MailStore } from '#store/mailboxes/mail-store';
import { canonicalPath, MAILBOX_LIMITS, type BadName } from './names.ts';
import { FOLLOW_PATH, MAKE_PATH } from './path-query.ts';
import type { Role } from './tree.ts';

export interface NewMailbox {
  readonly path: readonly string[];
  /** RFC 6154: each role has one mailbox of an account. */
  readonly role?: Role | undefined;
  /** Of the mailbox itself; parents that are made are not subscribed, unless their names were. */
  readonly subscribed?: boolean;
}

export type MailboxCreated =
  | { readonly kind: 'created'; readonly mailboxId: string }
  | { readonly kind: 'exists' }
  | { readonly kind: 'role-taken' }
  | { readonly kind: 'too-many' }
  | BadName;

export async function createMailbox(
  mail: MailStore,
  accountId: string,
  { path: levels, role, subscribed = false }: NewMailbox,
): Promise<MailboxCreated> {
  const canonical = canonicalPath(levels);
  if (canonical.kind === 'bad-name') return canonical;
  const answer = await runStatement(mail, accountId, {
    name: 'create_mailbox',
    text: CREATE,
    values: [
      accountId,
      canonical.path,
      new Date(mail.clock.now()),
      role ?? null,
      subscribed,
      MAILBOX_LIMITS.mailboxes,
    ],
  });
  const kind = answer!['kind'] as Exclude<MailboxCreated['kind'], 'bad-name'>;
  if (kind !== 'created') return { kind };
  sayChanged(mail, accountId);
  return { kind, mailboxId: answer!['mailboxId'] as string };
}

const CREATE = `
  with recursive ${FOLLOW_PATH},
  refusal as materialized (
    select case
      when d.depth = cardinality($2::text[]) then 'exists'
      when exists (select from mailboxes where account_id = $1 and role = $4) then 'role-taken'
      when (select count(*) from mailboxes where account_id = $1) + cardinality($2::text[]) - d.depth > $6 then 'too-many'
      end as kind
    from deepest d),
  new as materialized (
    select p.name, p.depth, nextval('mailboxes_id_seq') as id, nextval('uidvalidity_seq') as uidvalidity,
      case when p.depth = cardinality($2::text[]) then $4::text end as role,
      p.depth = cardinality($2::text[]) and $5::boolean as subscribed
    from refusal r, deepest d, asked p where r.kind is null and p.depth > d.depth order by p.depth),
  ${MAKE_PATH},
  account as (
    update accounts a set modseq = at.modseq from at where a.id = $1 and exists (select from new))
  select coalesce(kind, 'created') as kind, (select id from new order by depth desc limit 1) as "mailboxId" from refusal`;
