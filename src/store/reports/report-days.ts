/** How far the sending of the reports of a day has come. One node sends: it holds the lock as long as its connection lives. */
import pg from 'pg';
import type { Queryable } from '#store/query/queryable';
import type { ValuesStatement } from '#store/writer/batch';

export type ReportKind = 'tls' | 'dmarc';

/** Any numbers; the same in every process. */
const LOCKS = { tls: 7_415_203, dmarc: 7_415_204 } as const satisfies Record<ReportKind, number>;

/** Runs the work where no other node does. @returns whether it was ours to do */
export async function aloneForReports(
  kind: ReportKind,
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
      [LOCKS[kind]],
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
export async function reportDay(
  db: Queryable,
  kind: ReportKind,
  day: string,
): Promise<DayStanding> {
  const { rows } = await db.query({
    text: `insert into report_days as d (kind, day) values ($1, $2::date) on conflict (kind, day) do update set behind = d.behind
           returning behind, done_at`,
    values: [kind, day],
  });
  const { behind, done_at: doneAt } = (rows as { behind: string; done_at: Date | null }[])[0]!;
  return doneAt === null ? { kind: 'open', behind } : { kind: 'done' };
}

/** In the transaction of the report to the domain, where there is one. */
export function reportedUpTo(kind: ReportKind, day: string, domain: string): ValuesStatement {
  return {
    name: 'reported_up_to',
    text: 'update report_days set behind = $3 where kind = $1 and day = $2::date and behind < $3',
    values: [kind, day, domain],
  };
}

export async function endReportDay(
  db: Queryable,
  kind: ReportKind,
  day: string,
  now: number,
): Promise<void> {
  await db.query({
    text: 'update report_days set done_at = $3 where kind = $1 and day = $2::date',
    values: [kind, day, new Date(now)],
  });
}

export async function forgetReportDays(
  db: Queryable,
  kind: ReportKind,
  before: string,
): Promise<void> {
  await db.query({
    text: 'delete from report_days where kind = $1 and day < $2::date',
    values: [kind, before],
  });
}
