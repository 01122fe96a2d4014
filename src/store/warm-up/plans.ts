/**
 * Warm-up plans: of a site and a source, how they stand, their days, and what they are for now among the limits of the site, where claims read
 * it (`store/queue/pace.ts`).
 */
import type { EventStep } from '#events';
import type { Queryable } from '#store/query/queryable';

export interface PlanKey {
  /** As in the queue. */
  readonly site: string;
  /** An address; '' where the system chooses. */
  readonly source: string;
}

export type PlanState = 'active' | 'paused' | 'stopped' | 'finished';

/** Recipients of the first day, growth a good day, recipients a day that are needed. */
export interface PlanTerms {
  readonly first: number;
  readonly growth: number;
  readonly target: number;
}

export interface Plan extends PlanTerms {
  readonly state: PlanState;
  /** Calendar milliseconds. */
  readonly startedAt: number;
  /** 1, 2, … since the start; days in which nothing was asked for are passed over. */
  readonly day: number;
  readonly size: number;
  readonly ceiling: number | undefined;
  readonly goodDays: number;
  /** For this site, and not because its source is new everywhere. */
  readonly byHand: boolean;
}

export interface PlanDay {
  readonly day: number;
  readonly beganAt: number;
  readonly endedAt: number | undefined;
  readonly planned: number;
  readonly taken: number;
  readonly delivered: number;
  readonly deferred: number;
  readonly slowed: number;
  readonly refused: number;
  readonly bounced: number;
  readonly complaints: number;
  readonly rests: number;
  readonly judged: string | undefined;
  readonly steps: readonly EventStep[];
}

/** What the limits of the site have of the plan. */
export interface PlanPace {
  readonly day: number;
  readonly hour: number;
  /** Calendar milliseconds; Infinity: until a person changes it. */
  readonly until: number;
  readonly taken: number;
  readonly takenInHour: number;
  readonly hourUntil: number;
  readonly restUntil: number | undefined;
  readonly bulkRestUntil: number | undefined;
}

export interface KnownPlan extends PlanKey {
  readonly plan: Plan;
  readonly today: PlanDay | undefined;
  /** Undefined: the plan does not hold any more. */
  readonly pace: PlanPace | undefined;
}

export const MILLISECONDS = (column: string): string =>
  `extract(epoch from ${column})::float8 * 1000`;

/** About mail to the site, by whatever source, reported since the day began. */
export function complaintsOf(day: string): string {
  return `(select count(*)::integer from complaints c where c.site = ${day}.site and c.received_at >= ${day}.began_at)`;
}

const DAY_FIELDS = `d.day, ${MILLISECONDS('d.began_at')} as "beganAt", ${MILLISECONDS('d.ended_at')} as "endedAt", d.planned, d.taken,
  d.delivered, d.deferred, d.slowed, d.refused, d.bounced,
  case when d.ended_at is null then ${complaintsOf('d')} else d.complaints end as complaints, d.rests, d.judged, d.steps`;

const KNOWN = `
  select p.site, p.source, p.state, ${MILLISECONDS('p.started_at')} as "startedAt", p.day as "planDay", p.size, p.ceiling,
    p.good_days as "goodDays", p.first_size as first, p.growth::float8 as growth, p.target, p.by_hand as "byHand",
    l.plan_day as "paceDay", l.plan_hour as "paceHour", ${MILLISECONDS('l.day_until')} as "paceUntil",
    ${MILLISECONDS('l.hour_until')} as "hourUntil", l.day_taken as "paceTaken", l.hour_taken as "takenInHour",
    ${MILLISECONDS('l.rest_until')} as "restUntil", ${MILLISECONDS('l.bulk_rest_until')} as "bulkRestUntil", ${DAY_FIELDS}
  from warm_up_plans p join site_limits l on l.site = p.site and l.source = p.source
    left join warm_up_days d on d.site = p.site and d.source = p.source and d.day = p.day`;

export async function readPlan(
  db: Queryable,
  { site, source }: PlanKey,
): Promise<KnownPlan | undefined> {
  const { rows } = await db.query({
    text: `${KNOWN} where p.site = $1 and p.source = $2`,
    values: [site, source],
  });
  return (rows as KnownRow[]).map(knownOf)[0];
}

/** By site and source. Left out are those that a new source began for a site that nothing was sent to. */
export async function listPlans(
  db: Queryable,
  { site, source, limit }: { site?: string; source?: string; limit: number },
): Promise<KnownPlan[]> {
  const { rows } = await db.query({
    text: `${KNOWN}
      where ($1::text is null or p.site = $1) and ($2::text is null or p.source = $2)
        and (p.by_hand or p.day > 1 or d.taken > 0 or l.day_taken > 0)
      order by p.site, p.source limit $3`,
    values: [site ?? null, source ?? null, limit],
  });
  return (rows as KnownRow[]).map(knownOf);
}

/** The days of a plan, the first one first. */
export async function planDays(db: Queryable, { site, source }: PlanKey): Promise<PlanDay[]> {
  const { rows } = await db.query({
    text: `select ${DAY_FIELDS} from warm_up_days d where site = $1 and source = $2 order by day`,
    values: [site, source],
  });
  return (rows as DayRow[]).map(dayOf);
}

type DayRow = Omit<PlanDay, 'endedAt' | 'judged'> & {
  readonly endedAt: number | null;
  readonly judged: string | null;
};

type KnownRow = PlanKey &
  Omit<Plan, 'ceiling' | 'day'> &
  DayRow & {
    readonly planDay: number;
    readonly ceiling: number | null;
    readonly paceDay: number | null;
    readonly paceHour: number;
    readonly paceUntil: number;
    readonly paceTaken: number;
    readonly takenInHour: number;
    readonly hourUntil: number;
    readonly restUntil: number | null;
    readonly bulkRestUntil: number | null;
  };

function knownOf(row: KnownRow): KnownPlan {
  const { site, source, state, startedAt, size, ceiling, goodDays, byHand } = row;
  const { first, growth, target, paceDay } = row;
  return {
    site,
    source,
    plan: {
      state,
      startedAt,
      day: row.planDay,
      size,
      ceiling: ceiling ?? undefined,
      goodDays,
      byHand,
      first,
      growth,
      target,
    },
    today: row.day === null ? undefined : dayOf(row),
    pace:
      paceDay === null
        ? undefined
        : {
            day: paceDay,
            hour: row.paceHour,
            until: row.paceUntil,
            taken: row.paceTaken,
            takenInHour: row.takenInHour,
            hourUntil: row.hourUntil,
            restUntil: row.restUntil ?? undefined,
            bulkRestUntil: row.bulkRestUntil ?? undefined,
          },
  };
}

function dayOf(row: DayRow): PlanDay {
  return {
    day: row.day,
    beganAt: row.beganAt,
    endedAt: row.endedAt ?? undefined,
    planned: row.planned,
    taken: row.taken,
    delivered: row.delivered,
    deferred: row.deferred,
    slowed: row.slowed,
    refused: row.refused,
    bounced: row.bounced,
    complaints: row.complaints,
    rests: row.rests,
    judged: row.judged ?? undefined,
    steps: row.steps,
  };
}
