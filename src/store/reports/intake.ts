/**
 * Which mail to postmasters was not yet looked at for reports. Ids rise, but commits do not come in their order: some are looked at again, which
 * does no harm.
 */
import type { Queryable } from '#store/query/queryable';

/** Messages that may still be under way when a later one is stored. */
const OVERLAP = 2000;
const AT_ONCE = 10_000;

export interface PostmasterMail {
  readonly emailId: string;
  readonly accountId: string;
  /** As it was in the envelope. */
  readonly forwardPath: string;
  readonly size: number;
  /** Of the message as this server calls it. */
  readonly messageId: string;
  /** It came with the null reverse-path. */
  readonly isNotice: boolean;
  /** What this server put above the message. */
  readonly prefix: Uint8Array;
}

export interface Looked {
  readonly mails: readonly PostmasterMail[];
  /** To hand to {@link lookedUpTo} when they are done. */
  readonly upTo: string;
  /** There may be more at once. */
  readonly more: boolean;
}

export async function mailToPostmasters(db: Queryable): Promise<Looked> {
  const { rows } = await db.query({
    text: `
      with at as (select greatest(behind - ${OVERLAP}, 0) as behind from report_intake),
      seen as materialized (
        select e.id, e.account_id, e.forward_path, e.size, e.message_id, e.reverse_path from at, emails e where e.id > at.behind order by e.id limit ${AT_ONCE})
      select (select max(id) from seen) as "upTo", (select count(*) = ${AT_ONCE} from seen) as more,
        s.id as "emailId", s.account_id as "accountId", s.forward_path as "forwardPath", s.size::float8 as size,
        s.message_id as "messageId", coalesce(s.reverse_path, '') = '' as "isNotice",
        (select prefix from emails where id = s.id and account_id = s.account_id) as prefix
      from (select 1) one left join seen s on lower(s.forward_path) like 'postmaster@%' order by s.id`,
    values: [],
  });
  const all = rows as (PostmasterMail & { upTo: string | null; more: boolean })[];
  const { upTo, more } = all[0]!;
  return { mails: all.filter(({ emailId }) => emailId !== null), upTo: upTo ?? '0', more };
}

export async function lookedUpTo(db: Queryable, upTo: string): Promise<void> {
  await db.query({
    text: 'update report_intake set behind = $1::bigint where behind < $1::bigint',
    values: [upTo],
  });
}
