/**
 * Parts of statements that follow a path from the root: `asked`, its levels; `existing`, those that are there (the root is depth 0,
 * id null); `deepest`, the last of them; `at`, the next modseq of the account. $1 is the account, $2 the path as text[].
 */
export const FOLLOW_PATH = `
  asked as materialized (select * from unnest($2::text[]) with ordinality as p(name, depth)),
  existing(id, depth) as (
    select null::bigint, 0::bigint
    union all
    select m.id, p.depth from existing e, asked p, mailboxes m
    where p.depth = e.depth + 1 and m.account_id = $1::bigint and m.parent_id is not distinct from e.id and m.name = p.name),
  deepest as materialized (select id, depth from existing order by depth desc limit 1),
  at as materialized (select modseq + 1 as modseq from accounts where id = $1)`;

/**
 * Makes the mailboxes of the rows of `new` (id, name, depth, uidvalidity), each below the one before, the first below `deepest`.
 * Those whose names were subscribed before they were there are subscribed. $3 is calendar time.
 */
export const MAKE_PATH = `
  wished as (
    delete from absent_subscriptions s using new
    where s.account_id = $1 and s.path = ($2::text[])[1:new.depth] returning new.depth),
  made as (
    insert into mailboxes (id, account_id, parent_id, name, role, uidvalidity, modseq, created_modseq, subscribed, created_at)
    overriding system value
    select n.id, $1, coalesce(lag(n.id) over (order by n.depth), d.id), n.name, n.role, n.uidvalidity, at.modseq, at.modseq,
      n.subscribed or exists (select from wished w where w.depth = n.depth), $3
    from new n, deepest d, at)`;
