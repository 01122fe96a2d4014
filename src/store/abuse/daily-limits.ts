/**
 * What an account may send in a day (of UTC), in an hour and in a minute, counted in the transaction that queues the message: the row of the
 * day, and the one of the pace, hold the limits, and a constraint refuses the transaction that would pass them, on whatever node. Recipients are new where the account never wrote
 * to them before. Called by `mail/submit` and administration.
 */
import type pg from 'pg';
import { givenRows, typesOf, type Columns } from '#store/query/given-rows';
import type { Queryable } from '#store/query/queryable';
import type { RowsStatement } from '#store/writer/batch';
import { DatabaseError } from '#store/writer/writer';

/** 0: no limit. */
export interface DailyLimits {
  readonly messages: number;
  readonly newRecipients: number;
}

/** Messages, for who sends too fast and may go on in a moment. 0: no limit. */
export interface PaceLimits {
  readonly messagesAMinute: number;
  readonly messagesAnHour: number;
}

export type SendingLimits = DailyLimits & PaceLimits;

export type DailyLimit = 'messages' | 'new-recipients';
export type PaceLimit = 'minute' | 'hour';

export interface CountedSubmission {
  readonly accountId: string;
  readonly recipients: readonly string[];
  /** Of accounts that have none of their own. */
  readonly limits: SendingLimits;
  /** Calendar milliseconds. */
  readonly now: number;
}

/** Of the calendar. Milliseconds. */
const PACE_SLOTS = { minute: 60_000, hour: 3_600_000 } as const satisfies Record<PaceLimit, number>;
const MILLISECONDS_OF_A_DAY = 24 * 60 * 60 * 1000;

/** When the limits of the day are lifted. Calendar milliseconds. */
export function endOfDay(now: number): number {
  return (Math.floor(now / MILLISECONDS_OF_A_DAY) + 1) * MILLISECONDS_OF_A_DAY;
}

/** When the next minute, or hour, begins. Calendar milliseconds. */
export function endOfPace(limit: PaceLimit, now: number): number {
  return (Math.floor(now / PACE_SLOTS[limit]) + 1) * PACE_SLOTS[limit];
}

/** The statement that counts a submission with the transaction it stands in, and fails it beyond the limit. */
export function countSubmission(submission: CountedSubmission): RowsStatement {
  const { accountId, recipients, limits, now } = submission;
  return {
    name: 'count_submissions',
    text: COUNT_SUBMISSIONS,
    columns: TYPES,
    rows: recipients.map((recipient, index) => [
      accountId,
      now,
      index === 0 ? 1 : 0,
      recipient,
      limits.messages,
      limits.newRecipients,
      limits.messagesAMinute,
      limits.messagesAnHour,
    ]),
  };
}

const COLUMNS = {
  account_id: 'bigint',
  at: 'timestamptz',
  first: 'integer',
  recipient: 'text',
  messages_limit: 'integer',
  recipients_limit: 'integer',
  minute_limit: 'integer',
  hour_limit: 'integer',
} as const satisfies Columns;
const TYPES = typesOf(COLUMNS);

/** An address is one however its ASCII letters are written. */
const RECIPIENT_HASH = (column: string): string =>
  `substring(sha256(convert_to(lower(${column}), 'UTF8')) from 1 for 16)`;

const MOST = 2_147_483_647;

/** Rows go in by their keys' order, so that nodes never wait for each other in a circle. */
const COUNT_SUBMISSIONS = `
  with given as materialized (
    select account_id, (at at time zone 'UTC')::date as day, first, ${RECIPIENT_HASH('recipient collate "C"')} as recipient,
      messages_limit, recipients_limit, minute_limit, hour_limit, floor(extract(epoch from at) / 60)::bigint as minute
    from ${givenRows(COLUMNS)} as g),
  fresh as (
    insert into written_to (account_id, recipient)
    select distinct account_id, recipient from given order by account_id, recipient
    on conflict do nothing returning account_id),
  counted as materialized (select account_id, count(*) as recipients from fresh group by account_id),
  days as materialized (
    select account_id, day, sum(first) as messages, max(messages_limit) as messages_limit, max(recipients_limit) as recipients_limit
    from given group by account_id, day),
  -- of messages that share a transaction the last tells the time: it is a moment
  paces as materialized (
    select g.account_id, max(g.minute) as minute, sum(g.first) as messages,
      coalesce(max(l.messages_a_minute), max(g.minute_limit)) as minute_limit, coalesce(max(l.messages_an_hour), max(g.hour_limit)) as hour_limit
    from given g left join account_limits l on l.account_id = g.account_id group by g.account_id),
  paced as (
    insert into account_paces (account_id, minute, in_minute, minute_limit, hour, in_hour, hour_limit)
    select account_id, minute, messages, coalesce(nullif(minute_limit, 0), ${MOST}), minute / 60, messages, coalesce(nullif(hour_limit, 0), ${MOST})
    from paces where minute_limit + hour_limit > 0 order by account_id
    on conflict (account_id) do update set
      in_minute = excluded.in_minute + case when account_paces.minute >= excluded.minute then account_paces.in_minute else 0 end,
      in_hour = excluded.in_hour + case when account_paces.hour >= excluded.hour then account_paces.in_hour else 0 end,
      minute = greatest(account_paces.minute, excluded.minute), hour = greatest(account_paces.hour, excluded.hour),
      minute_limit = excluded.minute_limit, hour_limit = excluded.hour_limit)
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
export function passedLimit(error: unknown): DailyLimit | PaceLimit | undefined {
  if (!(error instanceof DatabaseError) || error.code !== '23514') return undefined;
  return CONSTRAINTS.get(error.constraint ?? '');
}

const CONSTRAINTS: ReadonlyMap<string, DailyLimit | PaceLimit> = new Map([
  ['messages_a_day', 'messages'],
  ['new_recipients_a_day', 'new-recipients'],
  ['messages_a_minute', 'minute'],
  ['messages_an_hour', 'hour'],
] as const);

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
  readonly messagesAMinute: number | null;
  readonly messagesAnHour: number | null;
  /** Counted today. */
  readonly messages: number;
  readonly newRecipients: number;
  /** Counted in this minute, and this hour; where there is a limit. */
  readonly inMinute: number;
  readonly inHour: number;
}

export async function accountDay(
  db: Queryable,
  accountId: string,
  now: number,
): Promise<AccountDay> {
  const { rows } = await db.query({
    text: `select l.messages_a_day as "messagesADay", l.new_recipients_a_day as "newRecipientsADay",
             l.messages_a_minute as "messagesAMinute", l.messages_an_hour as "messagesAnHour",
             coalesce(d.messages, 0) as messages, coalesce(d.new_recipients, 0) as "newRecipients",
             case when p.minute = $3 then p.in_minute else 0 end as "inMinute", case when p.hour = $4 then p.in_hour else 0 end as "inHour"
           from (select $1::bigint as id) a left join account_limits l on l.account_id = a.id
             left join account_paces p on p.account_id = a.id
             left join account_days d on d.account_id = a.id and d.day = ($2::timestamptz at time zone 'UTC')::date`,
    values: [
      accountId,
      new Date(now),
      Math.floor(now / PACE_SLOTS.minute),
      Math.floor(now / PACE_SLOTS.hour),
    ],
  });
  return rows[0] as AccountDay;
}

/** Each null where the settings are to hold; undefined stays as it is. */
export type NewLimits = { readonly [Limit in keyof SendingLimits]?: number | null | undefined };

const LIMIT_COLUMNS = {
  messages: 'messages_a_day',
  newRecipients: 'new_recipients_a_day',
  messagesAMinute: 'messages_a_minute',
  messagesAnHour: 'messages_an_hour',
} as const satisfies Record<keyof SendingLimits, string>;

export async function setAccountLimits(
  pool: pg.Pool,
  accountId: string,
  limits: NewLimits,
): Promise<void> {
  const given = Object.entries(LIMIT_COLUMNS).flatMap(([limit, column]) => {
    const most = limits[limit as keyof SendingLimits];
    return most === undefined ? [] : [{ column, most }];
  });
  if (given.length === 0) return;
  const columns = given.map(({ column }) => column);
  await pool.query(
    `insert into account_limits (account_id, ${columns.join(', ')}) values ($1, ${columns.map((_, at) => `$${at + 2}`).join(', ')})
     on conflict (account_id) do update set ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}`,
    [accountId, ...given.map(({ most }) => most)],
  );
}

/** Days that are over, and paces of accounts that have long been silent. */
export async function forgetDays(pool: pg.Pool, before: number): Promise<void> {
  await pool.query(
    `delete from account_days where day < ($1::timestamptz at time zone 'UTC')::date`,
    [new Date(before)],
  );
  await pool.query('delete from account_paces where hour < $1', [
    Math.floor(before / PACE_SLOTS.hour),
  ]);
}
