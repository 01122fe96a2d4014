/**
 * The rules of alerts that somebody made or changed; the others are in mail/alerts/built-in.ts. What a rule counted, and its alerts that are on, end
 * with each change of it, in one transaction.
 */
import type pg from 'pg';
import type { Json } from '#events';
import { jsonText } from '#store/query/json';
import type { Queryable } from '#store/query/queryable';
import { inTransaction } from '#store/query/transaction';

export interface KeptRule {
  readonly name: string;
  /** As mail/alerts/rule.ts has it; null: the one that is built in. */
  readonly rule: Json;
  readonly paused: boolean;
  readonly beginsAt: Date;
}

/** By name. */
export async function listRules(db: Queryable): Promise<KeptRule[]> {
  const { rows } = await db.query({
    name: 'list_alert_rules',
    text: 'select name, rule, paused, begins_at as "beginsAt" from alert_rules order by name',
    values: [],
  });
  return rows as KeptRule[];
}

export type AlertEnd = 'change' | 'pause' | 'removal';

export interface RuleChange {
  readonly name: string;
  /** Undefined: it stands here no more; null: the one that is built in. */
  readonly rule: object | null | undefined;
  readonly paused: boolean;
  readonly at: number;
  /** What the alerts that are on end by. */
  readonly endedBy: AlertEnd;
}

/** @param most rules there may be @returns false where that is too many */
export async function changeRule(
  pool: pg.Pool,
  { name, rule, paused, at, endedBy }: RuleChange,
  most: number,
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await client.query('lock table alert_rules in share row exclusive mode');
    if (rule === undefined) await client.query('delete from alert_rules where name = $1', [name]);
    else {
      const { rowCount } = await client.query(
        `insert into alert_rules (name, rule, paused, begins_at)
         select $1, $2::jsonb, $3, $4 where (select count(*) from alert_rules where name <> $1) < $5
         on conflict (name) do update set rule = excluded.rule, paused = excluded.paused, begins_at = excluded.begins_at`,
        [name, rule === null ? null : jsonText(rule), paused, new Date(at), most],
      );
      if (rowCount === 0) return false;
    }
    await client.query('update alert_position set rules = rules + 1');
    await client.query('delete from alert_counts where rule = $1', [name]);
    await client.query(
      'update alerts set ended_at = $2, ended_by = $3, calm_since = null where rule = $1 and ended_at is null',
      [name, new Date(at), endedBy],
    );
    return true;
  });
}
