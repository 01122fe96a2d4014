/** One node makes the round of a day: a lease by the clock of the database, while the day is one of the calendar. */
import type { Queryable } from '#store/query/queryable';
import type { ValuesStatement } from '#store/writer/batch';

/** A round asks the DNS and others, each within seconds. */
const LEASE_SECONDS = 600;

/**
 * @param token unique for each attempt
 * @param day `2026-11-24`
 * @returns whether the round of the day is ours to make
 */
export async function takeRound(db: Queryable, token: string, day: string): Promise<boolean> {
  const { rows } = await db.query({
    text: `insert into doctor_round as r (token, until) values ($1, clock_timestamp() + interval '${LEASE_SECONDS} seconds')
           on conflict (one) do update set token = excluded.token, until = excluded.until
             where r.until <= clock_timestamp() and (r.done_on is null or r.done_on < $2::date)
           returning token`,
    values: [token, day],
  });
  return rows.length > 0;
}

/** With the letter of the round: it is over, and nobody else makes it again. Fails where it was already given to others. */
export function endRound(token: string, day: string): ValuesStatement {
  return {
    name: 'end_round',
    text: `update doctor_round set done_on = $2::date, until = clock_timestamp() where token = $1`,
    values: [token, day],
  };
}

/** It was not made: whoever looks next may. */
export async function giveUpRound(db: Queryable, token: string): Promise<void> {
  await db.query({
    text: 'update doctor_round set until = clock_timestamp() where token = $1',
    values: [token],
  });
}

/** Milliseconds that the clock of the database is ahead of `now`, which is real time. */
export async function databaseAhead(db: Queryable, now: () => number): Promise<number> {
  const before = now();
  const { rows } = await db.query({
    text: 'select extract(epoch from clock_timestamp()) * 1000 as at',
    values: [],
  });
  const after = now();
  return Number((rows as { at: string }[])[0]!.at) - (before + after) / 2;
}
