/** What a day of a simulation came to, as the providers kept it, and what is left in the queue. Schema `lab`. */
import type pg from 'pg';

export interface JudgedCount {
  readonly provider: string;
  /** `inbox`, `spam`, or the rule that refused it. */
  readonly verdict: string;
  readonly code: number;
  readonly enhanced: string | null;
  readonly count: number;
}

/** Judgements since then. @param since calendar milliseconds */
export async function judgedSince(pool: pg.Pool, since: number): Promise<JudgedCount[]> {
  const { rows } = await pool.query<JudgedCount>(
    `select provider, verdict, code, enhanced, count(*)::integer as count from lab.provider_traces
     where at >= $1 group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
    [new Date(since)],
  );
  return rows;
}

/** Recipients that wait, by their domain. */
export async function waitingByDomain(pool: pg.Pool): Promise<ReadonlyMap<string, number>> {
  const { rows } = await pool.query<{ domain: string; count: number }>(
    `select r.domain, count(*)::integer as count from queue_claims join queue_recipients r using (message_id, recipient_id)
     group by 1 order by 1`,
  );
  return new Map(rows.map(({ domain, count }) => [domain, count]));
}
