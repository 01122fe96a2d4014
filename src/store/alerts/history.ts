/** Which alerts were on, since when and by what. */
import type { Json } from '#events';
import { jsonText } from '#store/query/json';
import type { Queryable } from '#store/query/queryable';
import type { RowsStatement } from '#store/writer/batch';

export interface NewAlert {
  readonly rule: string;
  readonly subject: string;
  readonly definition: object;
  /** Calendar milliseconds, as all times given here. */
  readonly since: number;
  readonly firedAt: number;
  readonly counted: number;
  readonly base: number;
  readonly worstCounted: number;
  readonly worstBase: number;
  readonly calmSince: number | undefined;
  /** Undefined: it is still on. */
  readonly endedAt: number | undefined;
  readonly evidence: readonly object[];
  /** Of the letter. */
  readonly messageId: string | undefined;
}

export function beginAlerts(alerts: readonly NewAlert[]): RowsStatement {
  return {
    name: 'begin_alerts',
    text: `
      insert into alerts (rule, subject, definition, since, fired_at, counted, base, evidence, message_id, worst_counted, worst_base,
        calm_since, ended_at, ended_by)
      select a.*, case when ended_at is not null then 'calm' end
      from unnest($1::text[], $2::text[], $3::jsonb[], $4::timestamptz[], $5::timestamptz[], $6::integer[], $7::integer[], $8::jsonb[],
        $9::text[], $10::integer[], $11::integer[], $12::timestamptz[], $13::timestamptz[])
        as a (rule, subject, definition, since, fired_at, counted, base, evidence, message_id, worst_counted, worst_base, calm_since,
          ended_at)`,
    columns: [
      'text',
      'text',
      'jsonb',
      'timestamptz',
      'timestamptz',
      'integer',
      'integer',
      'jsonb',
      'text',
      'integer',
      'integer',
      'timestamptz',
      'timestamptz',
    ],
    rows: alerts.map((one) => [
      one.rule,
      one.subject,
      jsonText(one.definition),
      one.since,
      one.firedAt,
      one.counted,
      one.base,
      jsonText(one.evidence),
      one.messageId,
      one.worstCounted,
      one.worstBase,
      one.calmSince,
      one.endedAt,
    ]),
  };
}

export interface AlertStanding {
  readonly rule: string;
  readonly subject: string;
  readonly calmSince: number | undefined;
  /** At its worst. */
  readonly counted: number;
  readonly base: number;
  /** Undefined: it is still on. */
  readonly endedAt: number | undefined;
}

export function updateAlerts(alerts: readonly AlertStanding[]): RowsStatement {
  return {
    name: 'update_alerts',
    text: `
      update alerts a set calm_since = s.calm_since, worst_counted = s.counted, worst_base = s.base, ended_at = s.ended_at,
        ended_by = case when s.ended_at is not null then 'calm' end
      from unnest($1::text[], $2::text[], $3::timestamptz[], $4::integer[], $5::integer[], $6::timestamptz[])
        as s (rule, subject, calm_since, counted, base, ended_at)
      where a.rule = s.rule and a.subject = s.subject and a.ended_at is null`,
    columns: ['text', 'text', 'timestamptz', 'integer', 'integer', 'timestamptz'],
    rows: alerts.map(({ rule, subject, calmSince, counted, base, endedAt }) => [
      rule,
      subject,
      calmSince,
      counted,
      base,
      endedAt,
    ]),
  };
}

export interface KnownAlert {
  readonly rule: string;
  readonly subject: string;
  readonly definition: Json;
  readonly since: Date;
  readonly firedAt: Date;
  readonly calmSince: Date | null;
  readonly endedAt: Date | null;
  readonly endedBy: string | null;
  readonly counted: number;
  readonly base: number;
  readonly worstCounted: number;
  readonly worstBase: number;
  readonly evidence: Json;
  readonly messageId: string | null;
}

const ALERT = `
  select rule, subject, definition, since, fired_at as "firedAt", calm_since as "calmSince", ended_at as "endedAt", ended_by as "endedBy",
    counted, base, worst_counted as "worstCounted", worst_base as "worstBase", evidence, message_id as "messageId"
  from alerts`;

export async function alertsThatAreOn(db: Queryable): Promise<KnownAlert[]> {
  const { rows } = await db.query({
    name: 'alerts_on',
    text: `${ALERT} where ended_at is null order by rule, subject`,
    values: [],
  });
  return rows as KnownAlert[];
}

/** Newest first. */
export async function alertsOf(db: Queryable, rule: string, limit: number): Promise<KnownAlert[]> {
  const { rows } = await db.query({
    text: `${ALERT} where rule = $1 order by id desc limit $2`,
    values: [rule, limit],
  });
  return rows as KnownAlert[];
}

/** How many are on, by rule; rules without any are left out. */
export async function countAlertsOn(db: Queryable): Promise<{ rule: string; on: number }[]> {
  const { rows } = await db.query({
    name: 'count_alerts_on',
    text: 'select rule, count(*)::integer as on from alerts where ended_at is null group by rule',
    values: [],
  });
  return rows as { rule: string; on: number }[];
}

export async function forgetAlerts(db: Queryable, before: number): Promise<void> {
  await db.query({
    text: 'delete from alerts where ended_at < $1',
    values: [new Date(before)],
  });
}
