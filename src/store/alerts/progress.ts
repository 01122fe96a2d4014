/**
 * How far the log was read for alerts, and what was counted by then. Both change in one transaction, which fails where another node was faster: every
 * event counts once, whichever node dies when.
 */
import pg from 'pg';
import type { Json } from '#events';
import { jsonText } from '#store/query/json';
import type { Queryable } from '#store/query/queryable';
import type { RowsStatement, ValuesStatement } from '#store/writer/batch';
import { logHorizon, type LogPlace } from './log-reader.ts';

/** Any number; the same in every process. */
const LOCK = 7_415_206;

/** Runs the work where no other node does. @returns whether it was ours to do */
export async function aloneForAlerts(pool: pg.Pool, work: () => Promise<void>): Promise<boolean> {
  const client = await pool.connect();
  let broken = true;
  try {
    const { rows } = await client.query<{ taken: boolean }>({
      name: 'take_alerts',
      text: 'select pg_try_advisory_lock($1) as taken',
      values: [LOCK],
    });
    if (!rows[0]!.taken) {
      broken = false;
      return false;
    }
    try {
      await work();
    } finally {
      await client.query('select pg_advisory_unlock($1)', [LOCK]);
      broken = false;
    }
    return true;
  } finally {
    // a connection that may still hold the lock is closed
    client.release(broken);
  }
}

export interface AlertProgress {
  readonly place: LogPlace;
  /** Calendar milliseconds, as all times here. */
  readonly lookedTo: number;
  readonly beganAt: number;
  /** Goes up with each change of the rules. */
  readonly rules: string;
}

/**
 * Begins with what is still to come where nothing was read before, or the log is another one than that which was read, a restored one: what was
 * counted is forgotten then, since some of it may be read again.
 */
export async function alertProgress(db: Queryable, now: number): Promise<AlertProgress> {
  const known = await readProgress(db);
  const horizon = await logHorizon(db);
  if (known !== undefined && BigInt(known.place.xid) <= BigInt(horizon.xid)) return known;
  await db.query({
    text: `
      with begun as (
        insert into alert_position as p (xid, id, looked_to, began_at) values ($1::xid8, $2::bigint, $3, $3)
        on conflict (one) do update set xid = excluded.xid, id = excluded.id where p.xid > excluded.xid
        returning 1)
      delete from alert_counts where exists (select from begun)`,
    values: [horizon.xid, horizon.id, new Date(now)],
  });
  return (await readProgress(db))!;
}

async function readProgress(db: Queryable): Promise<AlertProgress | undefined> {
  const { rows } = await db.query({
    name: 'read_alert_position',
    text: `select xid::text, id::text, extract(epoch from looked_to)::float8 * 1000 as "lookedTo",
             extract(epoch from began_at)::float8 * 1000 as "beganAt", rules::text from alert_position`,
    values: [],
  });
  const row = (rows as (LogPlace & Omit<AlertProgress, 'place'>)[])[0];
  if (row === undefined) return undefined;
  const { xid, id, ...rest } = row;
  return { place: { xid, id }, ...rest };
}

/** A column that may not be null fails the transaction where the position is not what was read. */
export function moveProgress(
  { place, rules }: AlertProgress,
  to: Pick<AlertProgress, 'place' | 'lookedTo'>,
): ValuesStatement {
  return {
    name: 'move_alert_position',
    text: `
      update alert_position
      set xid = case when xid = $1::xid8 and id = $2::bigint and rules = $3::bigint then $4::xid8 end, id = $5::bigint, looked_to = $6`,
    values: [place.xid, place.id, rules, to.place.xid, to.place.id, new Date(to.lookedTo)],
  };
}

/** Whether a transaction failed since the position had been moved by somebody else. */
export function wasOvertaken(error: unknown): boolean {
  return (
    error instanceof pg.DatabaseError && error.code === '23502' && error.table === 'alert_position'
  );
}

export interface KeptCell {
  readonly rule: string;
  readonly subject: string;
  readonly step: number;
  readonly counted: number;
  readonly base: number;
  readonly evidence: Json;
}

export async function readCells(db: Queryable): Promise<KeptCell[]> {
  const { rows } = await db.query({
    name: 'read_alert_counts',
    text: 'select rule, subject, step::float8 as step, counted, base, evidence from alert_counts',
    values: [],
  });
  return rows as KeptCell[];
}

export function keepCells(
  cells: readonly (Omit<KeptCell, 'evidence'> & { readonly evidence: unknown })[],
): RowsStatement {
  return {
    name: 'keep_alert_counts',
    text: `
      insert into alert_counts (rule, subject, step, counted, base, evidence)
      select * from unnest($1::text[], $2::text[], $3::bigint[], $4::integer[], $5::integer[], $6::jsonb[])
      on conflict (rule, subject, step) do update set counted = excluded.counted, base = excluded.base, evidence = excluded.evidence`,
    columns: ['text', 'text', 'bigint', 'integer', 'integer', 'jsonb'],
    rows: cells.map(({ rule, subject, step, counted, base, evidence }) => [
      rule,
      subject,
      step,
      counted,
      base,
      jsonText(evidence),
    ]),
  };
}

/** @param before of each rule the step before which nothing is in a window any more */
export function forgetCells(
  before: readonly { readonly rule: string; readonly step: number }[],
): RowsStatement {
  return {
    name: 'forget_alert_counts',
    text: `
      delete from alert_counts c using unnest($1::text[], $2::bigint[]) as b (rule, step) where c.rule = b.rule and c.step < b.step`,
    columns: ['text', 'bigint'],
    rows: before.map(({ rule, step }) => [rule, step]),
  };
}

export function forgetSubjects(
  subjects: readonly { readonly rule: string; readonly subject: string }[],
): RowsStatement {
  return {
    name: 'forget_alert_subjects',
    text: `
      delete from alert_counts c using unnest($1::text[], $2::text[]) as s (rule, subject) where c.rule = s.rule and c.subject = s.subject`,
    columns: ['text', 'text'],
    rows: subjects.map(({ rule, subject }) => [rule, subject]),
  };
}
