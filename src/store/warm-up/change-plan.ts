/**
 * Changes of warm-up plans. What a plan becomes is decided by `mail/warm-up/`; every change is one transaction with its events, under the lock of
 * the limits, so that nodes never decide on the same day twice.
 */
import type pg from 'pg';
import type { Event, EventStep } from '#events';
import { appendEvents } from '#store/events/events';
import { jsonText } from '#store/query/json';
import type { Queryable } from '#store/query/queryable';
import { inTransaction } from '#store/query/transaction';
import { FIRST_CAP } from '#store/queue/claim-text';
import { underWay } from '#store/queue/pace';
import {
  complaintsOf,
  readPlan,
  type KnownPlan,
  type Plan,
  type PlanKey,
  type PlanPace,
} from './plans.ts';

/** What a change makes of a plan. */
export interface PlanChange {
  readonly plan: Plan;
  /** How the day that was is judged, and why; left out: it goes on. */
  readonly closed?: { readonly judged: string | undefined; readonly steps: readonly EventStep[] };
  /** A day begins, `plan.day`. */
  readonly opened?: { readonly planned: number; readonly steps: readonly EventStep[] };
  /** What holds from now on, counted anew; undefined leaves it, null ends it. */
  readonly pace?: null | Pick<PlanPace, 'day' | 'hour' | 'until' | 'hourUntil'>;
  /** The site is left alone for a while; added to the steps of the day. */
  readonly rest?: { readonly until: number; readonly bulkUntil: number; readonly step: EventStep };
  readonly events: readonly Event[];
}

/**
 * Changes a plan, or begins one.
 * @param decide what it is to become, from how it stands; undefined leaves it
 * @returns what was decided
 */
export async function changePlan(
  pool: pg.Pool,
  key: PlanKey,
  now: number,
  decide: (known: KnownPlan | undefined) => PlanChange | undefined,
): Promise<PlanChange | undefined> {
  return inTransaction(pool, async (client) => {
    await lockLimits(client, key);
    const known = await readPlan(client, key);
    const change = decide(known);
    if (!change) return undefined;
    await writePlan(client, key, change.plan, now);
    if (change.closed && known) await closeDay(client, key, known.plan.day, change.closed, now);
    if (change.opened) await openDay(client, key, change.plan.day, change.opened, now);
    if (change.pace !== undefined) await setPace(client, key, change.pace);
    if (change.rest) await setRest(client, key, change.plan.day, change.rest);
    await appendEvents(client, change.events);
    return change;
  });
}

/** Whoever changes a plan has this first, as claims and the ends of leases do. */
async function lockLimits(client: Queryable, { site, source }: PlanKey): Promise<void> {
  await client.query({
    text: `insert into site_limits (site, source, cap) values ($1, $2, ${FIRST_CAP}) on conflict (site, source) do nothing`,
    values: [site, source],
  });
  await client.query({
    text: 'select from site_limits where site = $1 and source = $2 for update',
    values: [site, source],
  });
}

async function writePlan(
  client: Queryable,
  { site, source }: PlanKey,
  plan: Plan,
  now: number,
): Promise<void> {
  await client.query({
    text: `
      insert into warm_up_plans (site, source, state, started_at, changed_at, day, size, ceiling, good_days, first_size, growth,
        target, by_hand)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
      on conflict (site, source) do update set state = excluded.state, started_at = excluded.started_at,
        changed_at = excluded.changed_at, day = excluded.day, size = excluded.size, ceiling = excluded.ceiling,
        good_days = excluded.good_days, first_size = excluded.first_size, growth = excluded.growth, target = excluded.target,
        by_hand = excluded.by_hand`,
    values: [
      site,
      source,
      plan.state,
      new Date(plan.startedAt),
      new Date(now),
      plan.day,
      plan.size,
      plan.ceiling ?? null,
      plan.goodDays,
      plan.first,
      plan.growth,
      plan.target,
      plan.byHand,
    ],
  });
}

async function closeDay(
  client: Queryable,
  { site, source }: PlanKey,
  day: number,
  { judged, steps }: NonNullable<PlanChange['closed']>,
  now: number,
): Promise<void> {
  await client.query({
    text: `update warm_up_days d set ended_at = $4, judged = $5, steps = steps || $6::jsonb, complaints = ${complaintsOf('d')}
           where site = $1 and source = $2 and day = $3`,
    values: [site, source, day, new Date(now), judged ?? null, jsonText(steps)],
  });
}

/** A plan that begins anew has none of its former days. */
async function openDay(
  client: Queryable,
  { site, source }: PlanKey,
  day: number,
  { planned, steps }: NonNullable<PlanChange['opened']>,
  now: number,
): Promise<void> {
  await client.query({
    text: 'delete from warm_up_days where site = $1 and source = $2 and day >= $3',
    values: [site, source, day],
  });
  await client.query({
    text: `insert into warm_up_days (site, source, day, began_at, planned, steps) values ($1, $2, $3, $4, $5, $6)`,
    values: [site, source, day, new Date(now), planned, jsonText(steps)],
  });
}

/** What leases hold at this moment counts in the day that begins. */
async function setPace(
  client: Queryable,
  { site, source }: PlanKey,
  pace: NonNullable<PlanChange['pace']> | null,
): Promise<void> {
  await client.query({
    text: `
      update site_limits l set plan_day = $3::integer, plan_hour = $4, day_until = $5, hour_until = $6, rest_until = null, bulk_rest_until = null,
        day_taken = case when $3::integer is not null then ${underWay('l', false)} end,
        day_bulk = case when $3::integer is not null then ${underWay('l', true)} end,
        hour_taken = case when $3::integer is not null then ${underWay('l', false)} end,
        hour_bulk = case when $3::integer is not null then ${underWay('l', true)} end
      where site = $1 and source = $2`,
    values: [
      site,
      source,
      pace?.day ?? null,
      pace?.hour ?? null,
      pace === null ? null : timeOf(pace.until),
      pace === null ? null : timeOf(pace.hourUntil),
    ],
  });
}

async function setRest(
  client: Queryable,
  { site, source }: PlanKey,
  day: number,
  { until, bulkUntil, step }: NonNullable<PlanChange['rest']>,
): Promise<void> {
  await client.query({
    text: `update site_limits set rest_until = $3, bulk_rest_until = greatest($4, bulk_rest_until)
           where site = $1 and source = $2`,
    values: [site, source, new Date(until), new Date(bulkUntil)],
  });
  await client.query({
    text: `update warm_up_days set rests = rests + 1, steps = steps || $4::jsonb
           where site = $1 and source = $2 and day = $3`,
    values: [site, source, day, jsonText([step])],
  });
}

function timeOf(at: number): Date | 'infinity' {
  return at === Infinity ? 'infinity' : new Date(at);
}
