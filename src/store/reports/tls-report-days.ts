/** How far the sending of TLS reports of a day has come. One node sends: it holds the lock as long as its connection lives. */
import pg from 'pg';
import type { ValuesStatement } from '#store/batch';
import type { Queryable } from '#store/blobs';

/** Any number; the same in every process. */
const REPORT_LOCK = 7_415_203;

/** Runs the work where no other node does. @returns whether it was ours to do */
export async function aloneForReports(
  connection: pg.ClientConfig,
  work: () => Promise<void>,
): Promise<boolean> {
  const client = new pg.Client(connection);
  // a lost connection frees the lock: progress is kept by transactions, so nothing is sent twice for it
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query<{ taken: boolean }>(
      'select pg_try_advisory_lock($1) as taken',
      [REPORT_LOCK],
    );
    if (!rows[0]!.taken) return false;
    await work();
    return true;
  } finally {
    await client.end().catch(() => {});
  }
}

export type DayStanding =
  | { readonly kind: 'done' }
  | { readonly kind: 'open'; readonly behind: string };

/** @param day `2026-11-24` */
export async function reportDay(db: Queryable, day: string): Promise<DayStanding> {
  const { rows } = await db.query({
    text: `insert into tls_report_days as d (day) values ($1::date) on conflict (day) do update set behind = d.behind
           returning behind, done_at`,
    values: [day],
  });
  const { behind, done_at: doneAt } = (rows as { behind: string; done_at: Date | null }[])[0]!;
  return doneAt === null ? { kind: 'open', behind } : { kind: 'done' };
}

/** In the transaction of the report to the domain, where there is one. */
export function reportedUpTo(day: string, domain: string): ValuesStatement {
  return {
    name: 'tls_reported_up_to',
    text: 'update tls_report_days set behind = $2 where day = $1::date and behind < $2',
    values: [day, domain],
  };
}

export async function endReportDay(db: Queryable, day: string, now: number): Promise<void> {
  await db.query({
    text: 'update tls_report_days set done_at = $2 where day = $1::date',
    values: [day, new Date(now)],
  });
}

export async function forgetReportDays(db: Queryable, before: string): Promise<void> {
  await db.query({ text: 'delete from tls_report_days where day < $1::date', values: [before] });
}
