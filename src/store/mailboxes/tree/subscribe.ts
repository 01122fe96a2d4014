/** Subscriptions; a name may be subscribed before there is such a mailbox, and after (RFC 9051 §6.3.7). */
import { runStatement, sayChanged } from '#store/mailboxes/change/run-statement';
import type { MailStore } from '#store/mailboxes/mail-store';
import { canonicalPath, MAILBOX_LIMITS, type BadName } from './names.ts';
import { FOLLOW_PATH } from './path-query.ts';

export type Subscribed = { readonly kind: 'done' } | { readonly kind: 'too-many' } | BadName;

export async function subscribe(
  mail: MailStore,
  accountId: string,
  path: readonly string[],
  subscribed: boolean,
): Promise<Subscribed> {
  const canonical = canonicalPath(path);
  if (canonical.kind === 'bad-name') return canonical;
  const answer = await runStatement(mail, accountId, {
    name: 'subscribe_mailbox',
    text: SUBSCRIBE,
    values: [accountId, canonical.path, subscribed, MAILBOX_LIMITS.absentSubscriptions],
  });
  if (answer!['changed'] === true) sayChanged(mail, accountId);
  return { kind: answer!['kind'] as 'done' | 'too-many' };
}

const SUBSCRIBE = `
  with recursive ${FOLLOW_PATH},
  mailbox as (
    update mailboxes m set subscribed = $3, modseq = at.modseq from deepest d, at
    where m.id = d.id and d.depth = cardinality($2::text[]) and m.subscribed <> $3 returning 1),
  account as (
    update accounts a set modseq = at.modseq from at where a.id = $1 and exists (select from mailbox)),
  absent as materialized (
    select exists (select from absent_subscriptions where account_id = $1 and path = $2) as listed,
      (select count(*) from absent_subscriptions where account_id = $1) >= $4 as at_limit
    from deepest d where d.depth < cardinality($2::text[])),
  added as (
    insert into absent_subscriptions (account_id, path) select $1, $2 from absent where $3 and not listed and not at_limit),
  dropped as (
    delete from absent_subscriptions where account_id = $1 and path = $2 and not $3)
  select exists (select from mailbox) as changed,
    case when $3 and exists (select from absent where not listed and at_limit) then 'too-many' else 'done' end as kind`;
