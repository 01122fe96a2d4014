/** What providers of the practice Internet remember of senders: standing, counts of days, marks. Schema `lab`. */
import type pg from 'pg';
import { storable } from '#bytes';
import { jsonText } from '#store/query/json';

export interface SenderKey {
  readonly provider: string;
  readonly kind: 'ip' | 'domain';
  readonly name: string;
}

export interface SenderRow extends SenderKey {
  /** ISO 8601 date. */
  readonly day: string;
  readonly quota: number;
  readonly score: number;
  readonly bulk: boolean;
}

export interface DayRow<Counts = unknown> extends SenderKey {
  readonly day: string;
  readonly counts: Counts;
  readonly codes: Readonly<Record<string, number>>;
  readonly quota: number;
  readonly score: number;
}

export interface MarkRow {
  readonly provider: string;
  readonly mark: string;
  /** Calendar milliseconds. */
  readonly at: number;
}

export interface RememberedSenders<Counts> {
  readonly senders: readonly SenderRow[];
  /** From `since` on. */
  readonly days: readonly DayRow<Counts>[];
  readonly marks: readonly MarkRow[];
}

export async function loadSenders<Counts>(
  pool: pg.Pool,
  since: string,
): Promise<RememberedSenders<Counts>> {
  const [senders, days, marks] = await Promise.all([
    pool.query<SenderRow>(
      'select provider, kind, name, day::text as day, quota, score, bulk from lab.provider_senders',
    ),
    pool.query<DayRow<Counts>>(`${DAYS} where day >= $1::date order by day`, [since]),
    pool.query<{ provider: string; mark: string; at: Date }>(
      'select provider, mark, at from lab.provider_marks',
    ),
  ]);
  return {
    senders: senders.rows,
    days: days.rows,
    marks: marks.rows.map(({ provider, mark, at }) => ({ provider, mark, at: at.getTime() })),
  };
}

const DAYS = `select provider, kind, name, day::text as day, counts, codes, quota, score from lab.provider_days`;

/** Days of the senders of a provider, newest first. */
export async function senderDays<Counts>(
  pool: pg.Pool,
  { provider, since, limit }: { provider: string; since: string; limit: number },
): Promise<DayRow<Counts>[]> {
  const { rows } = await pool.query<DayRow<Counts>>(
    `${DAYS} where provider = $1 and day >= $2::date order by day desc, kind, name limit $3`,
    [provider, since, limit],
  );
  return rows;
}

export interface SenderChanges {
  readonly senders: readonly SenderRow[];
  readonly days: readonly DayRow[];
  readonly marks: readonly MarkRow[];
  readonly cleared: readonly Omit<MarkRow, 'at'>[];
}

/** Each row as it is now. */
export async function keepSenders(pool: pg.Pool, changes: SenderChanges): Promise<void> {
  const { senders, days, marks, cleared } = changes;
  if (senders.length > 0)
    await pool.query(
      `insert into lab.provider_senders (provider, kind, name, day, quota, score, bulk)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::int[], $6::int[], $7::bool[])
       on conflict (provider, kind, name) do update set day = excluded.day, quota = excluded.quota,
         score = excluded.score, bulk = excluded.bulk`,
      columnsOf(senders, ['provider', 'kind', 'name', 'day', 'quota', 'score', 'bulk']),
    );
  if (days.length > 0)
    await pool.query(
      `insert into lab.provider_days (provider, kind, name, day, counts, codes, quota, score)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::jsonb[], $6::jsonb[], $7::int[], $8::int[])
       on conflict (provider, kind, name, day) do update set counts = excluded.counts, codes = excluded.codes,
         quota = excluded.quota, score = excluded.score`,
      [
        ...columnsOf(days, ['provider', 'kind', 'name', 'day']),
        days.map(({ counts }) => jsonText(counts)),
        days.map(({ codes }) => jsonText(codes)),
        ...columnsOf(days, ['quota', 'score']),
      ],
    );
  if (marks.length > 0)
    await pool.query(
      `insert into lab.provider_marks (provider, mark, at) select * from unnest($1::text[], $2::text[], $3::timestamptz[])
       on conflict (provider, mark) do update set at = excluded.at`,
      [
        marks.map(({ provider }) => provider),
        marks.map(({ mark }) => storable(mark)),
        marks.map(({ at }) => new Date(at)),
      ],
    );
  if (cleared.length > 0)
    await pool.query(
      `delete from lab.provider_marks where (provider, mark) in (select * from unnest($1::text[], $2::text[]))`,
      [cleared.map(({ provider }) => provider), cleared.map(({ mark }) => storable(mark))],
    );
}

function columnsOf<Row>(rows: readonly Row[], names: readonly (keyof Row)[]): unknown[][] {
  return names.map((name) =>
    rows.map((row) => {
      const value = row[name];
      return typeof value === 'string' ? storable(value) : value;
    }),
  );
}

/** Days, and senders that were not seen since, are forgotten. */
export async function forgetSenders(pool: pg.Pool, before: string): Promise<void> {
  await pool.query('delete from lab.provider_days where day < $1::date', [before]);
  await pool.query('delete from lab.provider_senders where day < $1::date', [before]);
}

/** What was counted of a sender. */
export async function forgetDays(
  pool: pg.Pool,
  { provider, kind, name }: SenderKey,
): Promise<void> {
  await pool.query(
    'delete from lab.provider_days where provider = $1 and kind = $2 and name = $3',
    [provider, kind, storable(name)],
  );
}
