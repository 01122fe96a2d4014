/** What the doctor found out before: since when each check of a subject has its status, and what the last letter said. */
import type { Queryable } from '#store/query/queryable';
import type { ValuesStatement } from '#store/writer/batch';

export interface KeptResult {
  readonly check: string;
  readonly subject: string;
  readonly status: string;
  readonly finding: string;
}

export interface RememberedResult extends KeptResult {
  /** When the status was first seen. */
  readonly since: Date;
  readonly toldStatus: string | null;
  readonly toldFinding: string | null;
  readonly toldAbout: string | null;
}

export async function readResults(db: Queryable): Promise<RememberedResult[]> {
  const { rows } = await db.query({
    text: `select check_id as "check", subject, status, finding, since, told_status as "toldStatus",
             told_finding as "toldFinding", told_about as "toldAbout"
           from doctor_results order by check_id, subject`,
  });
  return rows as RememberedResult[];
}

/** Remembers what was found now. */
export async function keepResults(
  db: Queryable,
  results: readonly KeptResult[],
  now: number,
): Promise<void> {
  await db.query({
    text: `insert into doctor_results (check_id, subject, status, finding, since, seen_at)
           select *, $5::timestamptz, $5 from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as r (check_id, subject, status, finding)
           order by check_id, subject
           on conflict (check_id, subject) do update set status = excluded.status, finding = excluded.finding,
             since = case when doctor_results.status = excluded.status then doctor_results.since else excluded.since end,
             seen_at = excluded.seen_at`,
    values: [
      results.map(({ check }) => check),
      results.map(({ subject }) => subject),
      results.map(({ status }) => status),
      results.map(({ finding }) => finding),
      new Date(now),
    ],
  });
}

export interface ToldResult extends KeptResult {
  readonly about: string;
}

/** With the transaction that sends the letter: what was kept before counts as told. */
export function markTold(results: readonly ToldResult[]): ValuesStatement {
  return {
    name: 'mark_told',
    text: `update doctor_results r set told_status = t.status, told_finding = t.finding, told_about = t.about
           from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) as t (check_id, subject, status, finding, about)
           where r.check_id = t.check_id and r.subject = t.subject`,
    values: [
      results.map(({ check }) => check),
      results.map(({ subject }) => subject),
      results.map(({ status }) => status),
      results.map(({ finding }) => finding),
      results.map(({ about }) => about),
    ],
  };
}

/** Subjects that are no more here: domains that were removed. */
export async function forgetSubjects(db: Queryable, subjects: readonly string[]): Promise<void> {
  await db.query({
    text: 'delete from doctor_results where not subject = any($1)',
    values: [subjects],
  });
}
