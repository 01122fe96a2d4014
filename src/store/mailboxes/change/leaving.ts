/** Parts of statements by which messages leave a mailbox. */

/**
 * What the account has left to it: emails whose last entries are among `gone` (email_id, size) count no more. Entries are looked at as
 * they were before the statement.
 */
export const FREED = `
  freed as materialized (
    select coalesce(sum(size), 0)::bigint as bytes, count(*) as messages
    from (select email_id, min(size) as size, count(*) as entries from gone group by email_id) g
    where entries = (select count(*) from mailbox_entries x where x.email_id = g.email_id))`;
