/** What the providers of the practice Internet saw in the name of domains, for the aggregate reports of the day. Schema `lab`. */
import type pg from 'pg';
import { storable } from '#bytes';
import type { Json } from '#events';
import { jsonText } from '#store/query/json';

export interface SeenRow {
  readonly provider: string;
  /** Where the policy was found. */
  readonly domain: string;
  /** ISO 8601 date. */
  readonly day: string;
  readonly record: Json;
  readonly messages: number;
}

/** Rows of one domain and day. */
const MOST_ROWS = 1000;

export async function countReported(pool: pg.Pool, rows: readonly SeenRow[]): Promise<void> {
  if (rows.length === 0) return;
  const texts = rows.map(({ record }) => jsonText(record));
  await pool.query(
    `insert into lab.provider_reported as r (provider, domain, day, row_key, record, messages)
     select * from unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::jsonb[], $6::int[])
     on conflict (provider, domain, day, row_key) do update set messages = r.messages + excluded.messages`,
    [
      rows.map(({ provider }) => provider),
      rows.map(({ domain }) => storable(domain)),
      rows.map(({ day }) => day),
      texts,
      texts,
      rows.map(({ messages }) => messages),
    ],
  );
}

/** Days before this one that were not reported yet, with their domains; oldest first. */
export async function unreported(
  pool: pg.Pool,
  before: string,
): Promise<Pick<SeenRow, 'provider' | 'domain' | 'day'>[]> {
  const { rows } = await pool.query<Pick<SeenRow, 'provider' | 'domain' | 'day'>>(
    `select distinct provider, domain, day::text as day from lab.provider_reported
     where day < $1::date order by day, provider, domain`,
    [before],
  );
  return rows;
}

/** Takes the rows of a report away. */
export async function takeReported(
  pool: pg.Pool,
  { provider, domain, day }: Pick<SeenRow, 'provider' | 'domain' | 'day'>,
): Promise<Pick<SeenRow, 'record' | 'messages'>[]> {
  const { rows } = await pool.query<Pick<SeenRow, 'record' | 'messages'>>(
    `delete from lab.provider_reported where provider = $1 and domain = $2 and day = $3::date
     returning record, messages`,
    [provider, storable(domain), day],
  );
  return rows.slice(0, MOST_ROWS);
}
