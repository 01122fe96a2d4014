/**
 * What an account may send in a day (of UTC), counted in the transaction that queues the message: the row of the day holds the limits, and
 * a constraint refuses the transaction that would pass them, on whatever node. Recipients are new where the account never wrote
 * to them before. Called by `mail/submit` and administration.
 */
import type pg from 'pg';
import type { RowsStatement } from '#store/batch';
import type { Queryable } from '#store/blobs';
import { DatabaseError } from '#store/writer';

/** 0: no limit. */
export interface DailyLimits {
  readonly messages: number;
  readonly newRecipients: number;
}

export type DailyLimit = 'messages' | 'new-recipients';

export interface CountedSubmission {
  readonly accountId: string;
  readonly recipients: readonly string[];
  /** Of accounts that have none of their own. */
  readonly limits: DailyLimits;
  /** Calendar milliseconds. */
  readonly now: number;
}

const MILLISECONDS_OF_A_DAY = 24 * 60 * 60 * 1000;

/** When the limits of the day are lifted. Calendar milliseconds. */
export function endOfDay(now: number): number {
  return (Math.floor(now / MILLISECONDS_OF_A_DAY) + 1) * MILLISECONDS_OF_A_DAY;
}

/** The statement that counts a submission with the transaction it stands in, and fails it beyond the limit. */
export function countSubmission(submission: CountedSubmission): RowsStatement {
  const { accountId, recipients, limits, now } = submission;
  return {
    name: 'count_submissions',
    text: COUNT_SUBMISSIONS,
    columns: ['bigint', 'timestamptz', 'integer', 'text', 'integer', 'integer'],
    rows: recipients.map((recipient, index) => [
      accountId,
      now,
      index === 0 ? 1 : 0,
      recipient,
      limits.messages,
      limits.newRecipients,
    ]),
  };
}

/** An address is one however its ASCII letters are written. */
const RECIPIENT_HASH = (column: string): string =>
  `substring(sha256(convert_to(lower(${column}), 'UTF8')) from 1 for 16)`;

const MOST = 2_147_483_647;

/** Rows go in by their keys' order, so that nodes never wait for each other in a circle. */
const COUNT_SUBMISSIONS = `
  with given as materialized (
    select account_id, (at at time zone 'UTC')::date as day, first, ${RECIPIENT_HASH('recipient collate "C"')} as recipient,
      messages_limit, recipients_limit
    from unnest($1::bigint[], $2::timestamptz[], $3::integer[], $4::text[], $5::integer[], $6::integer[])
      as g(account_id, at, first, recipient, messages_limit, recipients_limit)),
  fresh as (
    insert into written_to (account_id, recipient)
    select distinct account_id, recipient from given order by account_id, recipient
    on conflict do nothing returning account_id),
  counted as materialized (select account_id, count(*) as recipients from fresh group by account_id),
  days as materialized (
    select account_id, day, sum(first) as messages, max(messages_limit) as messages_limit, max(recipients_limit) as recipients_limit
    from given group by account_id, day)
  insert into account_days (account_id, day, messages, new_recipients, messages_limit, new_recipients_limit)
  select d.account_id, d.day, d.messages, coalesce(c.recipients, 0),
    coalesce(nullif(coalesce(l.messages_a_day, d.messages_limit), 0), ${MOST}),
    coalesce(nullif(coalesce(l.new_recipients_a_day, d.recipients_limit), 0), ${MOST})
  from days d left join counted c on c.account_id = d.account_id left join account_limits l on l.account_id = d.account_id
  order by d.account_id, d.day
  on conflict (account_id, day) do update set
    messages = account_days.messages + excluded.messages,
    new_recipients = account_days.new_recipients + excluded.new_recipients,
    messages_limit = excluded.messages_limit, new_recipients_limit = excluded.new_recipients_limit`;

/** Which limit a job was refused by, if it was. */
export function passedLimit(error: unknown): DailyLimit | undefined {
  if (!(error instanceof DatabaseError) || error.code !== '23514') return undefined;
  if (error.constraint === 'messages_a_day') return 'messages';
  return error.constraint === 'new_recipients_a_day' ? 'new-recipients' : undefined;
}

/** Whether the account never wrote to one of them. Asked once its limit is reached, before a transaction that may fail. */
export async function hasNewRecipient(
  db: Queryable,
  accountId: string,
  recipients: readonly string[],
): Promise<boolean> {
  const { rows } = await db.query({
    name: 'has_new_recipient',
    text: `select exists (
        select from unnest($2::text[]) as r(recipient)
        where not exists (select from written_to w
          where w.account_id = $1 and w.recipient = ${RECIPIENT_HASH('r.recipient collate "C"')})) as new`,
    values: [accountId, recipients],
  });
  return rows[0]!['new'] === true;
}

export interface AccountDay {
  /** Of its own; null where the settings hold. */
  readonly messagesADay: number | null;
  readonly newRecipientsADay: number | null;
  /** Counted today. */
  readonly messages: number;
  readonly newRecipients: number;
}

export async function accountDay(
  db: Queryable,
  accountId: string,
  now: number,
): Promise<AccountDay> {
  const { rows } = await db.query({
    text: `select l.messages_a_day as "messagesADay", l.new_recipients_a_day as "newRecipientsADay",
             coalesce(d.messages, 0) as messages, coalesce(d.new_recipients, 0) as "newRecipients"
           from (select $1::bigint as id) a left join account_limits l on l.account_id = a.id
             left join account_days d on d.account_id = a.id and d.day = ($2::timestamptz at time zone 'UTC')::date`,
    values: [accountId, new Date(now)],
  });
  return rows[0] as AccountDay;
}

/** @param limits null where the settings are to hold; undefined stays as it is */
export async function setAccountLimits(
  pool: pg.Pool,
  accountId: string,
  limits: {
    readonly messages: number | null | undefined;
    readonly newRecipients: number | null | undefined;
  },
): Promise<void> {
  const { messages, newRecipients } = limits;
  await pool.query(
    `insert into account_limits (account_id, messages_a_day, new_recipients_a_day) values ($1, $2, $3)
     on conflict (account_id) do update set
       messages_a_day = case when $4 then excluded.messages_a_day else account_limits.messages_a_day end,
       new_recipients_a_day = case when $5 then excluded.new_recipients_a_day else account_limits.new_recipients_a_day end`,
    [
      accountId,
      messages ?? null,
      newRecipients ?? null,
      messages !== undefined,
      newRecipients !== undefined,
    ],
  );
}

/** Days that are over. */
export async function forgetDays(pool: pg.Pool, before: number): Promise<void> {
  await pool.query(
    `delete from account_days where day < ($1::timestamptz at time zone 'UTC')::date`,
    [new Date(before)],
  );
}
